// Takes a URL apart. The host is what checks it for real.

#ifndef SCOREBOX_SRC_URL_H
#define SCOREBOX_SRC_URL_H

#include <scorebox/text.h>

typedef struct sb_url {
  bool is_https;
  // The host, and the port where the URL has one.
  sb_text authority;
  // Begins with a slash.
  sb_text path_and_query;
} sb_url;

// SB_NO_TEXT, or why the text is no URL.
sb_text sb_url_parse(sb_text text, sb_url *url);

// `https://host/path`. Without the query, which may hold what is nobody's business.
sb_text sb_url_name(const sb_url *url);

#endif
