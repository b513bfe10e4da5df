#ifdef SCOREBOX_HTTP

#include "url.h"

static bool begins(sb_text text, const char *scheme) {
  size_t length = strlen(scheme);
  for (size_t i = 0; i < length; i++) {
    if (i >= text.length || (text.data[i] | 0x20) != (scheme[i] | 0x20)) {
      return false;
    }
  }
  return true;
}

// How many bytes there are before the first of `ends`.
static size_t until(sb_text text, const char *ends) {
  size_t length = 0;
  while (length < text.length && (text.data[length] == '\0' || strchr(ends, text.data[length]) == NULL)) {
    length++;
  }
  return length;
}

static sb_text invalid(sb_text text, const char *why) {
  return sb_join(SB_TEXT("`"), text, SB_TEXT("` "), sb_text_of(why),
                 SB_TEXT("; a URL is written like https://app.example:8443/path?key=value"));
}

static bool has_space(sb_text text) {
  for (size_t i = 0; i < text.length; i++) {
    unsigned char c = (unsigned char)text.data[i];
    if (c <= ' ' || c == 0x7f) {
      return true;
    }
  }
  return false;
}

sb_text sb_url_parse(sb_text text, sb_url *url) {
  if (has_space(text)) {
    return invalid(text, "holds white space");
  }
  url->is_https = begins(text, "https://");
  if (!url->is_https && !begins(text, "http://")) {
    return invalid(text, "does not begin with https:// or http://");
  }
  size_t scheme = url->is_https ? 8 : 7;
  sb_text rest = {text.data + scheme, text.length - scheme};
  rest.length = until(rest, "#");
  url->authority = (sb_text){rest.data, until(rest, "/?")};
  if (url->authority.length == 0) {
    return invalid(text, "names no host");
  }
  if (until(url->authority, "@") < url->authority.length) {
    // Without the text: it holds a password.
    return SB_TEXT("a URL with a user name or a password in it; the operator's grant can add such a header");
  }
  sb_text path = {rest.data + url->authority.length, rest.length - url->authority.length};
  bool has_slash = path.length > 0 && path.data[0] == '/';
  url->path_and_query = has_slash ? path : sb_join(SB_TEXT("/"), path);
  return SB_NO_TEXT;
}

sb_text sb_url_name(const sb_url *url) {
  sb_text path = {url->path_and_query.data, until(url->path_and_query, "?")};
  return sb_join(url->is_https ? SB_TEXT("https://") : SB_TEXT("http://"), url->authority, path);
}

#endif
