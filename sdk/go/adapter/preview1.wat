;; The system that a Go plugin runs on: an implementation of wasi_snapshot_preview1 that asks the host for nothing but
;; its log. Go's runtime is compiled for that interface; a plugin, which is a pure function unless it says otherwise,
;; has no files, no arguments, no environment, and a clock and randomness that are the same on every run.
;;
;; This is an adapter module in the sense of the component encoder: it shares the memory of the Go module, and functions
;; that the Go module does not import are left out of the component.
;;
;; What is printed is gathered and becomes one message in the host's log, when the SDK asks for it at the end of a call
;; (scorebox_flush_output), when the program exits, or when the buffer is full. Go prints a panic in dozens of small
;; writes; a message for each of them would be unreadable. The buffer is at the addresses from 4,096 to 12,288, which
;; Go's linker leaves free for the command line that a browser would write there (wasmMinDataAddr in cmd/link): an
;; adapter has no memory of its own, and growing the shared one would break Go's allocator, which takes all growth for
;; its own.
(module
  ;; The contract's `log`: level, address and length of the message.
  (import "scorebox:plugin/log@1.0.0" "log" (func $log (param i32 i32 i32)))
  (import "env" "memory" (memory 0))

  ;; Error numbers of the interface.
  (global $success i32 (i32.const 0))
  (global $bad_descriptor i32 (i32.const 8))
  (global $no_such_file i32 (i32.const 44))
  (global $not_supported i32 (i32.const 58))

  ;; Levels of the log.
  (global $info i32 (i32.const 2))
  (global $error i32 (i32.const 4))

  ;; -- Output ------------------------------------------------------------------------------------------------------

  (global $buffer i32 (i32.const 4096))
  (global $buffer_bytes i32 (i32.const 8192))
  ;; How many bytes of the buffer are filled.
  (global $filled (mut i32) (i32.const 0))
  ;; The level of what is in the buffer: the standard output informs, the standard error warns of errors.
  (global $level (mut i32) (i32.const 2))

  (func $flush (export "scorebox_flush_output")
    (local $length i32)
    (local.set $length (global.get $filled))
    (if (i32.eqz (local.get $length)) (then (return)))
    (global.set $filled (i32.const 0))
    (call $make_text (local.get $length))
    (call $log (global.get $level) (global.get $buffer) (call $without_line_end (local.get $length))))

  ;; The length without a line end at the end: each message is a line of its own in any case.
  (func $without_line_end (param $length i32) (result i32)
    (if (i32.eq (i32.load8_u (i32.sub (i32.add (global.get $buffer) (local.get $length)) (i32.const 1))) (i32.const 10))
      (then (return (i32.sub (local.get $length) (i32.const 1)))))
    (local.get $length))

  ;; Replaces bytes that are no UTF-8 by question marks: the host takes text only, and garbage on the standard output is
  ;; no reason to lose a row.
  (func $make_text (param $length i32)
    (local $at i32) (local $end i32) (local $width i32)
    (local.set $at (global.get $buffer))
    (local.set $end (i32.add (local.get $at) (local.get $length)))
    (loop $next
      (if (i32.lt_u (local.get $at) (local.get $end))
        (then
          (local.set $width (call $character (local.get $at) (local.get $end)))
          (if (i32.eqz (local.get $width))
            (then
              (i32.store8 (local.get $at) (i32.const 63))
              (local.set $width (i32.const 1))))
          (local.set $at (i32.add (local.get $at) (local.get $width)))
          (br $next)))))

  ;; How many bytes the UTF-8 character at an address has; 0 where there is none. See table 3-7 of the Unicode standard.
  (func $character (param $at i32) (param $end i32) (result i32)
    (local $lead i32) (local $low i32) (local $high i32) (local $width i32) (local $index i32)
    (local.set $lead (i32.load8_u (local.get $at)))
    (if (i32.lt_u (local.get $lead) (i32.const 0x80)) (then (return (i32.const 1))))
    (if (i32.lt_u (local.get $lead) (i32.const 0xc2)) (then (return (i32.const 0))))
    (if (i32.gt_u (local.get $lead) (i32.const 0xf4)) (then (return (i32.const 0))))
    (local.set $width
      (i32.add (i32.const 2)
        (i32.add (i32.ge_u (local.get $lead) (i32.const 0xe0)) (i32.ge_u (local.get $lead) (i32.const 0xf0)))))
    (if (i32.gt_u (i32.add (local.get $at) (local.get $width)) (local.get $end)) (then (return (i32.const 0))))
    ;; The second byte's range depends on the first: no overlong forms, no surrogates, nothing beyond U+10FFFF.
    (local.set $low (i32.const 0x80))
    (local.set $high (i32.const 0xbf))
    (if (i32.eq (local.get $lead) (i32.const 0xe0)) (then (local.set $low (i32.const 0xa0))))
    (if (i32.eq (local.get $lead) (i32.const 0xed)) (then (local.set $high (i32.const 0x9f))))
    (if (i32.eq (local.get $lead) (i32.const 0xf0)) (then (local.set $low (i32.const 0x90))))
    (if (i32.eq (local.get $lead) (i32.const 0xf4)) (then (local.set $high (i32.const 0x8f))))
    (local.set $index (i32.const 1))
    (loop $next
      (local.set $lead (i32.load8_u (i32.add (local.get $at) (local.get $index))))
      (if (i32.lt_u (local.get $lead) (local.get $low)) (then (return (i32.const 0))))
      (if (i32.gt_u (local.get $lead) (local.get $high)) (then (return (i32.const 0))))
      (local.set $low (i32.const 0x80))
      (local.set $high (i32.const 0xbf))
      (local.set $index (i32.add (local.get $index) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $index) (local.get $width))))
    (local.get $width))

  ;; Adds bytes to the buffer, which is logged each time that it is full.
  (func $print (param $from i32) (param $length i32)
    (local $room i32)
    (loop $next
      (local.set $room (i32.sub (global.get $buffer_bytes) (global.get $filled)))
      (if (i32.gt_u (local.get $length) (local.get $room))
        (then
          (call $append (local.get $from) (local.get $room))
          (call $flush)
          (local.set $from (i32.add (local.get $from) (local.get $room)))
          (local.set $length (i32.sub (local.get $length) (local.get $room)))
          (br $next))))
    (call $append (local.get $from) (local.get $length)))

  ;; Adds bytes for which there is room.
  (func $append (param $from i32) (param $length i32)
    (memory.copy (i32.add (global.get $buffer) (global.get $filled)) (local.get $from) (local.get $length))
    (global.set $filled (i32.add (global.get $filled) (local.get $length))))

  (func (export "fd_write")
    (param $descriptor i32) (param $pieces i32) (param $count i32) (param $written i32) (result i32)
    (local $total i32) (local $length i32) (local $level i32)
    (if (i32.gt_u (i32.sub (local.get $descriptor) (i32.const 1)) (i32.const 1))
      (then (return (global.get $bad_descriptor))))
    (local.set $level
      (select (global.get $error) (global.get $info) (i32.eq (local.get $descriptor) (i32.const 2))))
    (if (i32.ne (local.get $level) (global.get $level))
      (then
        (call $flush)
        (global.set $level (local.get $level))))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $length (i32.load offset=4 (local.get $pieces)))
        (call $print (i32.load (local.get $pieces)) (local.get $length))
        (local.set $total (i32.add (local.get $total) (local.get $length)))
        (local.set $pieces (i32.add (local.get $pieces) (i32.const 8)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))
    (i32.store (local.get $written) (local.get $total))
    (global.get $success))

  ;; A panic that nobody recovers from, a fatal error of the runtime, and os.Exit end here. The host reports a trap, and
  ;; with it the last message, which is the panic's.
  (func (export "proc_exit") (param $code i32)
    (call $flush)
    (unreachable))

  ;; -- Time --------------------------------------------------------------------------------------------------------

  ;; Nanoseconds since the start of the instance, which is 2020-01-01T00:00:00Z as for all plugins. Reading the clock
  ;; moves it by a microsecond.
  (global $elapsed (mut i64) (i64.const 0))
  (global $start i64 (i64.const 1577836800000000000))

  (func (export "clock_time_get") (param $clock i32) (param $precision i64) (param $time i32) (result i32)
    (global.set $elapsed (i64.add (global.get $elapsed) (i64.const 1000)))
    (i64.store (local.get $time)
      (select (global.get $elapsed) (i64.add (global.get $start) (global.get $elapsed)) (local.get $clock)))
    (global.get $success))

  (func (export "clock_res_get") (param $clock i32) (param $resolution i32) (result i32)
    (i64.store (local.get $resolution) (i64.const 1000))
    (global.get $success))

  ;; Waiting moves the clock on and returns at once: nothing else can happen in the meantime. A subscription has 48
  ;; bytes: user data, a tag at 8 (0 for a clock), the clock at 16, the time at 24, whether that is absolute at 40. An
  ;; event has 32 bytes: user data, an error number at 8, the tag at 10. All subscriptions happen.
  (func (export "poll_oneoff") (param $in i32) (param $out i32) (param $count i32) (param $events i32) (result i32)
    (i32.store (local.get $events) (local.get $count))
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $count)))
        (if (i32.eqz (i32.load8_u offset=8 (local.get $in))) (then (call $wait (local.get $in))))
        (memory.fill (local.get $out) (i32.const 0) (i32.const 32))
        (i64.store (local.get $out) (i64.load (local.get $in)))
        (i32.store8 offset=10 (local.get $out) (i32.load8_u offset=8 (local.get $in)))
        (local.set $in (i32.add (local.get $in) (i32.const 48)))
        (local.set $out (i32.add (local.get $out) (i32.const 32)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (br $next)))
    (global.get $success))

  (func $wait (param $subscription i32)
    (local $until i64)
    (local.set $until (i64.load offset=24 (local.get $subscription)))
    (if (i32.and (i32.load16_u offset=40 (local.get $subscription)) (i32.const 1))
      (then
        (if (i32.eqz (i32.load offset=16 (local.get $subscription)))
          (then (local.set $until (i64.sub (local.get $until) (global.get $start))))))
      (else (local.set $until (i64.add (global.get $elapsed) (local.get $until)))))
    (if (i64.gt_s (local.get $until) (global.get $elapsed)) (then (global.set $elapsed (local.get $until)))))

  (func (export "sched_yield") (result i32) (global.get $success))

  ;; -- Randomness --------------------------------------------------------------------------------------------------

  ;; SplitMix64 from a fixed seed. Go draws from it the seeds of its maps and of math/rand.
  (global $random (mut i64) (i64.const 0))

  (func $next_random (result i64)
    (local $mixed i64)
    (global.set $random (i64.add (global.get $random) (i64.const 0x9e3779b97f4a7c15)))
    (local.set $mixed (global.get $random))
    (local.set $mixed
      (i64.mul
        (i64.xor (local.get $mixed) (i64.shr_u (local.get $mixed) (i64.const 30)))
        (i64.const 0xbf58476d1ce4e5b9)))
    (local.set $mixed
      (i64.mul
        (i64.xor (local.get $mixed) (i64.shr_u (local.get $mixed) (i64.const 27)))
        (i64.const 0x94d049bb133111eb)))
    (i64.xor (local.get $mixed) (i64.shr_u (local.get $mixed) (i64.const 31))))

  (func (export "random_get") (param $to i32) (param $length i32) (result i32)
    (local $bytes i64) (local $left i32)
    (block $done
      (loop $next
        (br_if $done (i32.eqz (local.get $length)))
        (if (i32.eqz (local.get $left))
          (then
            (local.set $bytes (call $next_random))
            (local.set $left (i32.const 8))))
        (i64.store8 (local.get $to) (local.get $bytes))
        (local.set $bytes (i64.shr_u (local.get $bytes) (i64.const 8)))
        (local.set $left (i32.sub (local.get $left) (i32.const 1)))
        (local.set $to (i32.add (local.get $to) (i32.const 1)))
        (local.set $length (i32.sub (local.get $length) (i32.const 1)))
        (br $next)))
    (global.get $success))

  ;; -- Arguments and environment: none -----------------------------------------------------------------------------

  (func $none (param $count i32) (param $bytes i32) (result i32)
    (i32.store (local.get $count) (i32.const 0))
    (i32.store (local.get $bytes) (i32.const 0))
    (global.get $success))
  (func (export "args_sizes_get") (param i32 i32) (result i32) (call $none (local.get 0) (local.get 1)))
  (func (export "environ_sizes_get") (param i32 i32) (result i32) (call $none (local.get 0) (local.get 1)))
  (func (export "args_get") (param i32 i32) (result i32) (global.get $success))
  (func (export "environ_get") (param i32 i32) (result i32) (global.get $success))

  ;; -- Files and sockets: none -------------------------------------------------------------------------------------

  ;; The standard streams are what Go's os package asks about when it starts: character devices (type 2, at 0), with
  ;; all rights (at 8 and 16) and no flags (at 2). The standard input is at its end.
  (func (export "fd_fdstat_get") (param $descriptor i32) (param $stat i32) (result i32)
    (if (i32.gt_u (local.get $descriptor) (i32.const 2)) (then (return (global.get $bad_descriptor))))
    (memory.fill (local.get $stat) (i32.const 0) (i32.const 24))
    (i32.store8 (local.get $stat) (i32.const 2))
    (i64.store offset=8 (local.get $stat) (i64.const -1))
    (i64.store offset=16 (local.get $stat) (i64.const -1))
    (global.get $success))
  (func (export "fd_read") (param $descriptor i32) (param i32 i32) (param $read i32) (result i32)
    (if (local.get $descriptor) (then (return (global.get $bad_descriptor))))
    (i32.store (local.get $read) (i32.const 0))
    (global.get $success))
  (func (export "fd_fdstat_set_flags") (param i32 i32) (result i32) (global.get $not_supported))
  (func (export "fd_fdstat_set_rights") (param i32 i64 i64) (result i32) (global.get $not_supported))
  (func (export "fd_close") (param i32) (result i32) (global.get $bad_descriptor))
  (func (export "fd_filestat_get") (param i32 i32) (result i32) (global.get $bad_descriptor))
  (func (export "fd_filestat_set_size") (param i32 i64) (result i32) (global.get $bad_descriptor))
  (func (export "fd_pread") (param i32 i32 i32 i64 i32) (result i32) (global.get $bad_descriptor))
  (func (export "fd_pwrite") (param i32 i32 i32 i64 i32) (result i32) (global.get $bad_descriptor))
  (func (export "fd_prestat_get") (param i32 i32) (result i32) (global.get $bad_descriptor))
  (func (export "fd_prestat_dir_name") (param i32 i32 i32) (result i32) (global.get $bad_descriptor))
  (func (export "fd_readdir") (param i32 i32 i32 i64 i32) (result i32) (global.get $bad_descriptor))
  (func (export "fd_seek") (param i32 i64 i32 i32) (result i32) (global.get $bad_descriptor))
  (func (export "fd_sync") (param i32) (result i32) (global.get $bad_descriptor))
  (func (export "path_create_directory") (param i32 i32 i32) (result i32) (global.get $no_such_file))
  (func (export "path_filestat_get") (param i32 i32 i32 i32 i32) (result i32) (global.get $no_such_file))
  (func (export "path_filestat_set_times") (param i32 i32 i32 i32 i64 i64 i32) (result i32) (global.get $no_such_file))
  (func (export "path_link") (param i32 i32 i32 i32 i32 i32 i32) (result i32) (global.get $no_such_file))
  (func (export "path_open") (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32) (global.get $no_such_file))
  (func (export "path_readlink") (param i32 i32 i32 i32 i32 i32) (result i32) (global.get $no_such_file))
  (func (export "path_remove_directory") (param i32 i32 i32) (result i32) (global.get $no_such_file))
  (func (export "path_rename") (param i32 i32 i32 i32 i32 i32) (result i32) (global.get $no_such_file))
  (func (export "path_symlink") (param i32 i32 i32 i32 i32) (result i32) (global.get $no_such_file))
  (func (export "path_unlink_file") (param i32 i32 i32) (result i32) (global.get $no_such_file))
  (func (export "sock_accept") (param i32 i32 i32) (result i32) (global.get $bad_descriptor))
  (func (export "sock_shutdown") (param i32 i32) (result i32) (global.get $bad_descriptor))
)
