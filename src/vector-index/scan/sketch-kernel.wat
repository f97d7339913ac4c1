(module
  ;; The loops that make a vector's sketch. Compiled into sketch-kernel-wasm.ts by `npm run build:kernel`.
  ;; Threads that help with a search share the memory.
  (memory (import "env" "memory") 1 65536 shared)

  ;; Turns 512 floats at $v in place: each times its sign (a float) at $signs, then a Walsh-Hadamard transform. Lengths grow
  ;; by sqrt(512).
  (func (export "rotate") (param $v i32) (param $signs i32)
    (local $i i32) (local $j i32) (local $end i32) (local $stride i32)
    (local $a v128) (local $b v128)
    ;; Strides of one and two numbers lie within a group of four.
    (local.set $i (i32.const 0))
    (loop $groups
      (local.set $a (f32x4.mul (v128.load (i32.add (local.get $v) (local.get $i)))
                               (v128.load (i32.add (local.get $signs) (local.get $i)))))
      (local.set $a (f32x4.add
        (f32x4.mul (local.get $a) (v128.const f32x4 1 -1 1 -1))
        (i8x16.shuffle 4 5 6 7 0 1 2 3 12 13 14 15 8 9 10 11 (local.get $a) (local.get $a))))
      (local.set $a (f32x4.add
        (f32x4.mul (local.get $a) (v128.const f32x4 1 1 -1 -1))
        (i8x16.shuffle 8 9 10 11 12 13 14 15 0 1 2 3 4 5 6 7 (local.get $a) (local.get $a))))
      (v128.store (i32.add (local.get $v) (local.get $i)) (local.get $a))
      (local.set $i (i32.add (local.get $i) (i32.const 16)))
      (br_if $groups (i32.lt_u (local.get $i) (i32.const 2048))))
    ;; Strides of 4 to 256 numbers.
    (local.set $stride (i32.const 16))
    (loop $strides
      (local.set $i (local.get $v))
      (local.set $end (i32.add (local.get $v) (i32.const 2048)))
      (loop $blocks
        (local.set $j (i32.add (local.get $i) (local.get $stride)))
        (loop $pairs
          (local.set $a (v128.load (local.get $i)))
          (local.set $b (v128.load (i32.add (local.get $i) (local.get $stride))))
          (v128.store (local.get $i) (f32x4.add (local.get $a) (local.get $b)))
          (v128.store (i32.add (local.get $i) (local.get $stride)) (f32x4.sub (local.get $a) (local.get $b)))
          (local.set $i (i32.add (local.get $i) (i32.const 16)))
          (br_if $pairs (i32.lt_u (local.get $i) (local.get $j))))
        (local.set $i (i32.add (local.get $i) (local.get $stride)))
        (br_if $blocks (i32.lt_u (local.get $i) (local.get $end))))
      (local.set $stride (i32.shl (local.get $stride) (i32.const 1)))
      (br_if $strides (i32.lt_u (local.get $stride) (i32.const 2048)))))

  ;; The signs of 512 floats at $v, as 64 bytes at $code.
  (func (export "signs") (param $v i32) (param $code i32)
    (local $i i32)
    (loop $bytes
      (i32.store8 (i32.add (local.get $code) (local.get $i))
        (i32.or
          (i32x4.bitmask (v128.load (local.get $v)))
          (i32.shl (i32x4.bitmask (v128.load offset=16 (local.get $v))) (i32.const 4))))
      (local.set $v (i32.add (local.get $v) (i32.const 32)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br_if $bytes (i32.lt_u (local.get $i) (i32.const 64)))))

  ;; 512 floats at $v, times $factor, rounded to the nearest signed byte, at $q.
  (func (export "quantise") (param $v i32) (param $q i32) (param $factor f32)
    (local $end i32) (local $f v128)
    (local.set $f (f32x4.splat (local.get $factor)))
    (local.set $end (i32.add (local.get $q) (i32.const 512)))
    (loop $groups
      (v128.store (local.get $q)
        (i8x16.narrow_i16x8_s
          (i16x8.narrow_i32x4_s
            (i32x4.trunc_sat_f32x4_s (f32x4.nearest (f32x4.mul (local.get $f) (v128.load (local.get $v)))))
            (i32x4.trunc_sat_f32x4_s (f32x4.nearest (f32x4.mul (local.get $f) (v128.load offset=16 (local.get $v))))))
          (i16x8.narrow_i32x4_s
            (i32x4.trunc_sat_f32x4_s (f32x4.nearest (f32x4.mul (local.get $f) (v128.load offset=32 (local.get $v)))))
            (i32x4.trunc_sat_f32x4_s (f32x4.nearest (f32x4.mul (local.get $f) (v128.load offset=48 (local.get $v))))))))
      (local.set $v (i32.add (local.get $v) (i32.const 64)))
      (local.set $q (i32.add (local.get $q) (i32.const 16)))
      (br_if $groups (i32.lt_u (local.get $q) (local.get $end)))))

  ;; The largest magnitude among 512 floats at $v.
  (func (export "largest") (param $v i32) (result f32)
    (local $i i32) (local $m v128)
    (loop $groups
      (local.set $m (f32x4.max (local.get $m) (f32x4.abs (v128.load (i32.add (local.get $v) (local.get $i))))))
      (local.set $i (i32.add (local.get $i) (i32.const 16)))
      (br_if $groups (i32.lt_u (local.get $i) (i32.const 2048))))
    (f32.max
      (f32.max (f32x4.extract_lane 0 (local.get $m)) (f32x4.extract_lane 1 (local.get $m)))
      (f32.max (f32x4.extract_lane 2 (local.get $m)) (f32x4.extract_lane 3 (local.get $m)))))

  ;; Inner products of 512 floats at $v with each of $count rows of 512 floats at $rows, as floats at $out.
  (func (export "project") (param $v i32) (param $rows i32) (param $count i32) (param $out i32)
    (local $i i32) (local $s v128) (local $t v128)
    (block $done
      (loop $each
        (br_if $done (i32.eqz (local.get $count)))
        (local.set $count (i32.sub (local.get $count) (i32.const 1)))
        (local.set $s (v128.const i64x2 0 0))
        (local.set $t (v128.const i64x2 0 0))
        (local.set $i (i32.const 0))
        (loop $groups
          (local.set $s (f32x4.add (local.get $s) (f32x4.mul
            (v128.load (i32.add (local.get $v) (local.get $i)))
            (v128.load (i32.add (local.get $rows) (local.get $i))))))
          (local.set $t (f32x4.add (local.get $t) (f32x4.mul
            (v128.load offset=16 (i32.add (local.get $v) (local.get $i)))
            (v128.load offset=16 (i32.add (local.get $rows) (local.get $i))))))
          (local.set $i (i32.add (local.get $i) (i32.const 32)))
          (br_if $groups (i32.lt_u (local.get $i) (i32.const 2048))))
        (local.set $s (f32x4.add (local.get $s) (local.get $t)))
        (f32.store (local.get $out)
          (f32.add
            (f32.add (f32x4.extract_lane 0 (local.get $s)) (f32x4.extract_lane 1 (local.get $s)))
            (f32.add (f32x4.extract_lane 2 (local.get $s)) (f32x4.extract_lane 3 (local.get $s)))))
        (local.set $rows (i32.add (local.get $rows) (i32.const 2048)))
        (local.set $out (i32.add (local.get $out) (i32.const 4)))
        (br $each))))
)
