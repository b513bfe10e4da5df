// Finds its way in JSON text without a tree. The text is the host's and was checked there; on anything else the scan
// ends early, but never beyond the text.

#ifndef SCOREBOX_SRC_SCAN_H
#define SCOREBOX_SRC_SCAN_H

#include <scorebox/text.h>

// The text without JSON's white space at both ends.
sb_text sb_scan_trim(sb_text text);

// Reads `"key": value,` from the members of an object or `value,` from an array's elements (`key` is NULL then). `rest`
// begins as what is between the brackets and moves on. False at the end, or where the text is no JSON.
bool sb_scan_next(sb_text *rest, sb_text *key, sb_text *value);

// The content of a string, given without its quotes. `memory` has room for as many bytes. False where an escape is
// none.
bool sb_scan_unescape(sb_text inner, char *memory, sb_text *text);

#endif
