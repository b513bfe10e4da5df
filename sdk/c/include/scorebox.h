// Scorers and predict functions for Scorebox in C.
//
// A plugin is a table of functions; see the README beside this folder for a tour. All memory that these functions hand
// out belongs to the call and is freed by itself when the call returns: there is nothing to free.

#ifndef SCOREBOX_H
#define SCOREBOX_H

#include "scorebox/text.h"

#include "scorebox/call.h"
#include "scorebox/json.h"

#include "scorebox/config.h"
#include "scorebox/example.h"
#include "scorebox/value.h"

#include "scorebox/plugin.h"

#include "scorebox/http.h"
#include "scorebox/llm.h"
#include "scorebox/log.h"
#include "scorebox/tracing.h"

#endif
