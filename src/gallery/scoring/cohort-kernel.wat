(module
  ;; The inner loop of a cohort. Compiled into cohort-kernel-wasm.ts by `npm run build:kernel`.
  (memory (import "env" "memory") 1 65536)

  ;; Dot products of the 512 floats at $probe with each of $rows vectors of 512 floats at $table, as floats at $out.
  ;; $rows is a multiple of four: four rows at a time share each load of the probe.
  (func (export "dots") (param $probe i32) (param $table i32) (param $rows i32) (param $out i32)
    (local $end i32) (local $p i32) (local $probeEnd i32) (local $x v128)
    (local $a v128) (local $b v128) (local $c v128) (local $d v128)
    (local.set $end (i32.add (local.get $out) (i32.shl (local.get $rows) (i32.const 2))))
    (local.set $probeEnd (i32.add (local.get $probe) (i32.const 2048)))
    (block $done
      (loop $rows
        (br_if $done (i32.ge_u (local.get $out) (local.get $end)))
        (local.set $a (v128.const f32x4 0 0 0 0))
        (local.set $b (v128.const f32x4 0 0 0 0))
        (local.set $c (v128.const f32x4 0 0 0 0))
        (local.set $d (v128.const f32x4 0 0 0 0))
        (local.set $p (local.get $probe))
        (loop $numbers
          (local.set $x (v128.load (local.get $p)))
          (local.set $a (f32x4.add (local.get $a) (f32x4.mul (local.get $x) (v128.load (local.get $table)))))
          (local.set $b (f32x4.add (local.get $b) (f32x4.mul (local.get $x) (v128.load offset=2048 (local.get $table)))))
          (local.set $c (f32x4.add (local.get $c) (f32x4.mul (local.get $x) (v128.load offset=4096 (local.get $table)))))
          (local.set $d (f32x4.add (local.get $d) (f32x4.mul (local.get $x) (v128.load offset=6144 (local.get $table)))))
          (local.set $p (i32.add (local.get $p) (i32.const 16)))
          (local.set $table (i32.add (local.get $table) (i32.const 16)))
          (br_if $numbers (i32.lt_u (local.get $p) (local.get $probeEnd))))
        (local.set $table (i32.add (local.get $table) (i32.const 6144)))
        ;; The four lanes of each sum together, as (0 + 2) + (1 + 3).
        (local.set $x (f32x4.add
          (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $a) (local.get $b))
          (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $a) (local.get $b))))
        (local.set $a (f32x4.add
          (i8x16.shuffle 0 1 2 3 4 5 6 7 16 17 18 19 20 21 22 23 (local.get $c) (local.get $d))
          (i8x16.shuffle 8 9 10 11 12 13 14 15 24 25 26 27 28 29 30 31 (local.get $c) (local.get $d))))
        (v128.store (local.get $out) (f32x4.add
          (i8x16.shuffle 0 1 2 3 8 9 10 11 16 17 18 19 24 25 26 27 (local.get $x) (local.get $a))
          (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31 (local.get $x) (local.get $a))))
        (local.set $out (i32.add (local.get $out) (i32.const 16)))
        (br $rows)))))
