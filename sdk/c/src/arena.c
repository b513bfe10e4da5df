// Memory of a call: taken from a block in order, and given back all at once. Nothing in it is freed by itself, so that
// neither the SDK nor its users have to know who owns what.

#include <stdlib.h>

#include "call.h"

enum { ALIGNMENT = 16, FIRST_BLOCK_BYTES = 32 * 1024, NEXT_BLOCK_BYTES = 64 * 1024 };

// A further block; what it holds begins behind it.
typedef struct block {
  struct block *previous;
  _Alignas(ALIGNMENT) char memory[];
} block;

// Most calls need no other: pages of it that are not touched cost nothing.
static _Alignas(ALIGNMENT) char first_block[FIRST_BLOCK_BYTES];

static block *last_block;
static char *next = first_block;
static char *limit = first_block + FIRST_BLOCK_BYTES;
// Where what was taken last begins, which can grow and shrink in place.
static char *last;
static bool is_finished;

static void give_back(void) {
  while (last_block != NULL) {
    block *previous = last_block->previous;
    free(last_block);
    last_block = previous;
  }
  next = first_block;
  limit = first_block + FIRST_BLOCK_BYTES;
  last = NULL;
  is_finished = false;
}

void sb_begin(void) {
  if (is_finished) {
    give_back();
  }
}

void sb_finish(void) { is_finished = true; }

static size_t rounded(size_t bytes) { return (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1); }

static void add_block(size_t bytes) {
  size_t size = bytes > NEXT_BLOCK_BYTES ? bytes : NEXT_BLOCK_BYTES;
  block *added = size > SIZE_MAX - sizeof(block) ? NULL : malloc(sizeof(block) + size);
  if (added == NULL) {
    __builtin_trap();
  }
  added->previous = last_block;
  last_block = added;
  next = added->memory;
  limit = added->memory + size;
}

void *sb_alloc(size_t bytes) {
  if (bytes > SIZE_MAX - ALIGNMENT) {
    __builtin_trap();
  }
  size_t size = rounded(bytes == 0 ? 1 : bytes);
  if (size > (size_t)(limit - next)) {
    add_block(size);
  }
  last = next;
  next += size;
  return last;
}

static void *resized(void *memory, size_t old_bytes, size_t bytes) {
  if (memory != NULL && memory == last && bytes <= (size_t)(limit - last)) {
    next = last + rounded(bytes == 0 ? 1 : bytes);
    return memory;
  }
  if (memory != NULL && bytes <= old_bytes) {
    return memory;
  }
  void *moved = sb_alloc(bytes);
  if (memory != NULL) {
    memcpy(moved, memory, old_bytes);
  }
  return moved;
}

// The host puts what it hands over here. Its first use after a call has ended is the beginning of the next call.
__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *memory, size_t old_bytes, size_t alignment,
                                                                 size_t bytes) {
  sb_begin();
  return bytes == 0 ? (void *)alignment : resized(old_bytes == 0 ? NULL : memory, old_bytes, bytes);
}

// What the generated bindings free is the call's.
void sb_bindings_free(void *memory) { (void)memory; }

static void *json_malloc(void *context, size_t bytes) {
  (void)context;
  return sb_alloc(bytes);
}

static void *json_realloc(void *context, void *memory, size_t old_bytes, size_t bytes) {
  (void)context;
  return resized(memory, old_bytes, bytes);
}

static void json_free(void *context, void *memory) {
  (void)context;
  if (memory == last) {
    next = last;
    last = NULL;
  }
}

const yyjson_alc *sb_allocator(void) {
  static const yyjson_alc allocator = {json_malloc, json_realloc, json_free, NULL};
  return &allocator;
}
