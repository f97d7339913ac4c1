(module
  ;; The loops of a search among sketches. Compiled into search-kernel-wasm.ts, and into relaxed-search-kernel-wasm.ts with a lookup
  ;; of bytes that not every engine has, by `npm run build:kernel`.
  ;;
  ;; A page holds 64 faces. Its codes, 64 of 64 bytes, lie with those of the other pages, the first page's at $codes. Its vectors,
  ;; 64 of 512 signed bytes, and behind them 64 scales, f32, with which the bytes give the vector's numbers, lie in 33024 bytes,
  ;; the first page's at $vectors. $pages is a list of numbers of pages, u32.
  ;; A sieve's page, 1536 bytes, holds two groups of 32 faces: 48 times 16 bytes, of which byte i has four bits of face i and,
  ;; in its upper half, of face 16 + i.
  ;; Threads that help with a search share the memory.
  (memory (import "env" "memory") 1 65536 shared)

  ;; Hamming distances, 0 to 512, of $faces codes to the one at $probe: each as u16 at $distances, and how many there are of
  ;; each added to the 513 u32 at $counts.
  (func (export "compare")
    (param $codes i32) (param $pages i32) (param $faces i32) (param $probe i32) (param $distances i32) (param $counts i32)
    (local $code i32) (local $end i32) (local $d i32) (local $n i32)
    (local $p0 i64) (local $p1 i64) (local $p2 i64) (local $p3 i64) (local $p4 i64) (local $p5 i64) (local $p6 i64) (local $p7 i64)
    (local.set $p0 (i64.load offset=0 (local.get $probe)))
    (local.set $p1 (i64.load offset=8 (local.get $probe)))
    (local.set $p2 (i64.load offset=16 (local.get $probe)))
    (local.set $p3 (i64.load offset=24 (local.get $probe)))
    (local.set $p4 (i64.load offset=32 (local.get $probe)))
    (local.set $p5 (i64.load offset=40 (local.get $probe)))
    (local.set $p6 (i64.load offset=48 (local.get $probe)))
    (local.set $p7 (i64.load offset=56 (local.get $probe)))
    (block $done
      (loop $pages
        (br_if $done (i32.eqz (local.get $faces)))
        (local.set $code (i32.add (local.get $codes) (i32.shl (i32.load (local.get $pages)) (i32.const 12))))
        (local.set $n (select (local.get $faces) (i32.const 64) (i32.lt_u (local.get $faces) (i32.const 64))))
        (local.set $faces (i32.sub (local.get $faces) (local.get $n)))
        (local.set $end (i32.add (local.get $code) (i32.shl (local.get $n) (i32.const 6))))
        (loop $codes
          (local.set $d (i32.wrap_i64
            (i64.add
            (i64.add
              (i64.add (i64.popcnt (i64.xor (local.get $p0) (i64.load offset=0 (local.get $code))))
                       (i64.popcnt (i64.xor (local.get $p1) (i64.load offset=8 (local.get $code)))))
              (i64.add (i64.popcnt (i64.xor (local.get $p2) (i64.load offset=16 (local.get $code))))
                       (i64.popcnt (i64.xor (local.get $p3) (i64.load offset=24 (local.get $code))))))
            (i64.add
              (i64.add (i64.popcnt (i64.xor (local.get $p4) (i64.load offset=32 (local.get $code))))
                       (i64.popcnt (i64.xor (local.get $p5) (i64.load offset=40 (local.get $code)))))
              (i64.add (i64.popcnt (i64.xor (local.get $p6) (i64.load offset=48 (local.get $code))))
                       (i64.popcnt (i64.xor (local.get $p7) (i64.load offset=56 (local.get $code)))))))))
          (i32.store16 (local.get $distances) (local.get $d))
          (local.set $d (i32.add (local.get $counts) (i32.shl (local.get $d) (i32.const 2))))
          (i32.store (local.get $d) (i32.add (i32.const 1) (i32.load (local.get $d))))
          (local.set $distances (i32.add (local.get $distances) (i32.const 2)))
          (local.set $code (i32.add (local.get $code) (i32.const 64)))
          (br_if $codes (i32.lt_u (local.get $code) (local.get $end))))
        (local.set $pages (i32.add (local.get $pages) (i32.const 4)))
        (br $pages))))

  ;; Coarse distances of $faces faces in a sieve: each the sum of 48 entries of $table, one of 16 in each row of bytes, none
  ;; above 63, so that four of them fit a byte. As u16 at $distances, for whole groups of 32 faces. The bytes are looked up as
  ;; in André et al., "Cache locality is not enough: high-performance nearest neighbor search with product quantization
  ;; fast scan", 2015.
  (func $sift (param $codes i32) (param $pages i32) (param $faces i32) (param $table i32) (param $distances i32)
    (local $code i32) (local $end i32) (local $row i32) (local $groups i32)
    (local $a0 v128) (local $a1 v128) (local $b0 v128) (local $b1 v128)
    (local $a v128) (local $b v128) (local $c v128) (local $t v128) (local $m v128)
    (local.set $m (i8x16.splat (i32.const 15)))
    (local.set $groups (i32.shr_u (i32.add (local.get $faces) (i32.const 31)) (i32.const 5)))
    (block $done
      (loop $each
        (br_if $done (i32.eqz (local.get $groups)))
        ;; The second group of a page lies behind the first.
        (if (i32.eqz (local.get $row))
          (then
            (local.set $code (i32.add (local.get $codes) (i32.mul (i32.load (local.get $pages)) (i32.const 1536))))
            (local.set $pages (i32.add (local.get $pages) (i32.const 4)))
            (local.set $row (i32.const 1)))
          (else (local.set $row (i32.const 0))))
        (local.set $groups (i32.sub (local.get $groups) (i32.const 1)))
        (local.set $end (i32.add (local.get $code) (i32.const 768)))
        (local.set $a0 (v128.const i64x2 0 0))
        (local.set $a1 (v128.const i64x2 0 0))
        (local.set $b0 (v128.const i64x2 0 0))
        (local.set $b1 (v128.const i64x2 0 0))
        (loop $fours
          (local.set $t (v128.load (local.get $table)))
          (local.set $c (v128.load (local.get $code)))
          (local.set $a (i8x16.swizzle (local.get $t) (v128.and (local.get $c) (local.get $m))))
          (local.set $b (i8x16.swizzle (local.get $t) (v128.and (i16x8.shr_u (local.get $c) (i32.const 4)) (local.get $m))))
          (local.set $t (v128.load offset=16 (local.get $table)))
          (local.set $c (v128.load offset=16 (local.get $code)))
          (local.set $a (i8x16.add (local.get $a) (i8x16.swizzle (local.get $t) (v128.and (local.get $c) (local.get $m)))))
          (local.set $b (i8x16.add (local.get $b)
            (i8x16.swizzle (local.get $t) (v128.and (i16x8.shr_u (local.get $c) (i32.const 4)) (local.get $m)))))
          (local.set $t (v128.load offset=32 (local.get $table)))
          (local.set $c (v128.load offset=32 (local.get $code)))
          (local.set $a (i8x16.add (local.get $a) (i8x16.swizzle (local.get $t) (v128.and (local.get $c) (local.get $m)))))
          (local.set $b (i8x16.add (local.get $b)
            (i8x16.swizzle (local.get $t) (v128.and (i16x8.shr_u (local.get $c) (i32.const 4)) (local.get $m)))))
          (local.set $t (v128.load offset=48 (local.get $table)))
          (local.set $c (v128.load offset=48 (local.get $code)))
          (local.set $a (i8x16.add (local.get $a) (i8x16.swizzle (local.get $t) (v128.and (local.get $c) (local.get $m)))))
          (local.set $b (i8x16.add (local.get $b)
            (i8x16.swizzle (local.get $t) (v128.and (i16x8.shr_u (local.get $c) (i32.const 4)) (local.get $m)))))
          (local.set $a0 (i16x8.add (local.get $a0) (i16x8.extend_low_i8x16_u (local.get $a))))
          (local.set $a1 (i16x8.add (local.get $a1) (i16x8.extend_high_i8x16_u (local.get $a))))
          (local.set $b0 (i16x8.add (local.get $b0) (i16x8.extend_low_i8x16_u (local.get $b))))
          (local.set $b1 (i16x8.add (local.get $b1) (i16x8.extend_high_i8x16_u (local.get $b))))
          (local.set $table (i32.add (local.get $table) (i32.const 64)))
          (local.set $code (i32.add (local.get $code) (i32.const 64)))
          (br_if $fours (i32.lt_u (local.get $code) (local.get $end))))
        (local.set $table (i32.sub (local.get $table) (i32.const 768)))
        (v128.store (local.get $distances) (local.get $a0))
        (v128.store offset=16 (local.get $distances) (local.get $a1))
        (v128.store offset=32 (local.get $distances) (local.get $b0))
        (v128.store offset=48 (local.get $distances) (local.get $b1))
        (local.set $distances (i32.add (local.get $distances) (i32.const 64)))
        (br $each))))

  ;; How many of $faces faces, of which each $step-th page is looked at, have each coarse distance: added to the u32 at $counts.
  ;; $distances is room for those of a page. Returns how many faces were looked at.
  (func (export "sample") (param $codes i32) (param $pages i32) (param $faces i32) (param $step i32) (param $table i32)
    (param $distances i32) (param $counts i32)
    (result i32)
    (local $n i32) (local $at i32) (local $d i32) (local $end i32) (local $seen i32)
    (block $done
      (loop $each
        (br_if $done (i32.le_s (local.get $faces) (i32.const 0)))
        (local.set $n (select (local.get $faces) (i32.const 64) (i32.lt_u (local.get $faces) (i32.const 64))))
        (call $sift (local.get $codes) (local.get $pages) (local.get $n) (local.get $table) (local.get $distances))
        (local.set $d (local.get $distances))
        (local.set $end (i32.add (local.get $d) (i32.shl (local.get $n) (i32.const 1))))
        (loop $count
          (local.set $at (i32.add (local.get $counts) (i32.shl (i32.load16_u (local.get $d)) (i32.const 2))))
          (i32.store (local.get $at) (i32.add (i32.const 1) (i32.load (local.get $at))))
          (local.set $d (i32.add (local.get $d) (i32.const 2)))
          (br_if $count (i32.lt_u (local.get $d) (local.get $end))))
        (local.set $seen (i32.add (local.get $seen) (local.get $n)))
        (local.set $pages (i32.add (local.get $pages) (i32.shl (local.get $step) (i32.const 2))))
        (local.set $faces (i32.sub (local.get $faces) (i32.shl (local.get $step) (i32.const 6))))
        (br $each)))
    (local.get $seen))

  ;; Of $faces faces in a sieve, those whose coarse distance is at most $most: their slot, u32, of which the first face's is
  ;; $first, and what the first $length bytes of their vector, a multiple of 16, give of their cosine to the probe, f32, at $out,
  ;; in the order of their slots. $distances is room for all distances. Returns how many.
  ;; Their vectors are looked at when all of them are known: then the memory fetches those of several faces at a time.
  (func (export "sieve") (param $codes i32) (param $pages i32) (param $faces i32) (param $table i32) (param $most i32)
    (param $vectors i32) (param $bytes i32) (param $length i32) (param $scale f32) (param $distances i32) (param $first i32)
    (param $out i32)
    (result i32)
    (local $slot i32) (local $hits i32) (local $begin i32) (local $bound v128)
    (local $m0 v128) (local $m1 v128) (local $m2 v128) (local $m3 v128)
    (call $sift (local.get $codes) (local.get $pages) (local.get $faces) (local.get $table) (local.get $distances))
    (local.set $begin (local.get $out))
    (local.set $bound (i16x8.splat (local.get $most)))
    (block $done
      (loop $groups
        (br_if $done (i32.ge_u (local.get $slot) (local.get $faces)))
        (local.set $m0 (i16x8.le_u (v128.load (local.get $distances)) (local.get $bound)))
        (local.set $m1 (i16x8.le_u (v128.load offset=16 (local.get $distances)) (local.get $bound)))
        (local.set $m2 (i16x8.le_u (v128.load offset=32 (local.get $distances)) (local.get $bound)))
        (local.set $m3 (i16x8.le_u (v128.load offset=48 (local.get $distances)) (local.get $bound)))
        (local.set $distances (i32.add (local.get $distances) (i32.const 64)))
        (block $none
          (br_if $none (i32.eqz (v128.any_true (v128.or
            (v128.or (local.get $m0) (local.get $m1))
            (v128.or (local.get $m2) (local.get $m3))))))
          (local.set $hits (i32.or
            (i8x16.bitmask (i8x16.narrow_i16x8_s (local.get $m0) (local.get $m1)))
            (i32.shl (i8x16.bitmask (i8x16.narrow_i16x8_s (local.get $m2) (local.get $m3))) (i32.const 16))))
          ;; Behind the last face lie codes of none.
          (if (i32.lt_u (i32.sub (local.get $faces) (local.get $slot)) (i32.const 32))
            (then (local.set $hits (i32.and (local.get $hits)
              (i32.sub (i32.shl (i32.const 1) (i32.sub (local.get $faces) (local.get $slot))) (i32.const 1))))))
          (br_if $none (i32.eqz (local.get $hits)))
          (loop $each
            (i32.store (local.get $out) (i32.add (local.get $slot) (i32.ctz (local.get $hits))))
            (local.set $hits (i32.and (local.get $hits) (i32.sub (local.get $hits) (i32.const 1))))
            (local.set $out (i32.add (local.get $out) (i32.const 8)))
            (br_if $each (local.get $hits))))
        (local.set $slot (i32.add (local.get $slot) (i32.const 32)))
        (br $groups)))
    (local.set $slot (local.get $begin))
    (block $done
      (loop $each
        (br_if $done (i32.ge_u (local.get $slot) (local.get $out)))
        (call $match (local.get $vectors) (local.get $pages) (i32.load (local.get $slot))
          (local.get $bytes) (local.get $length) (local.get $scale) (local.get $first) (local.get $slot))
        (local.set $slot (i32.add (local.get $slot) (i32.const 8)))
        (br $each)))
    (i32.shr_u (i32.sub (local.get $out) (local.get $begin)) (i32.const 3)))

  ;; $slot + $first, u32, and the cosine to the probe of the face in that slot of $pages, f32, by its first $length bytes, at $out.
  (func $match (param $vectors i32) (param $pages i32) (param $slot i32) (param $bytes i32) (param $length i32) (param $scale f32)
    (param $first i32) (param $out i32)
    (local $page i32) (local $place i32)
    (i32.store (local.get $out) (i32.add (local.get $slot) (local.get $first)))
    (local.set $page (i32.add (local.get $vectors) (i32.mul (i32.const 33024)
      (i32.load (i32.add (local.get $pages) (i32.shl (i32.shr_u (local.get $slot) (i32.const 6)) (i32.const 2)))))))
    (local.set $place (i32.and (local.get $slot) (i32.const 63)))
    (f32.store offset=4 (local.get $out)
      (f32.mul
        (f32.mul (local.get $scale)
          (f32.load offset=32768 (i32.add (local.get $page) (i32.shl (local.get $place) (i32.const 2)))))
        (f32.convert_i32_s (call $dot
          (i32.add (local.get $page) (i32.shl (local.get $place) (i32.const 9)))
          (local.get $bytes)
          (local.get $length))))))

  ;; Of $faces faces, those whose distance is at most $most, as "sieve" gives them.
  (func (export "collect")
    (param $vectors i32) (param $pages i32) (param $faces i32) (param $bytes i32) (param $scale f32) (param $distances i32) (param $most i32)
    (param $first i32) (param $out i32)
    (result i32)
    (local $slot i32) (local $hit i32) (local $hits i32) (local $bound v128) (local $begin i32)
    (local.set $begin (local.get $out))
    (local.set $bound (i16x8.splat (local.get $most)))
    (block $done
      (loop $eights
        (br_if $done (i32.ge_u (local.get $slot) (local.get $faces)))
        (local.set $hits (i16x8.bitmask (i16x8.le_u
          (v128.load (i32.add (local.get $distances) (i32.shl (local.get $slot) (i32.const 1))))
          (local.get $bound))))
        ;; Behind the last face lie old distances.
        (if (i32.lt_u (i32.sub (local.get $faces) (local.get $slot)) (i32.const 8))
          (then (local.set $hits (i32.and (local.get $hits)
            (i32.sub (i32.shl (i32.const 1) (i32.sub (local.get $faces) (local.get $slot))) (i32.const 1))))))
        (block $none
          (br_if $none (i32.eqz (local.get $hits)))
          (loop $each
            (local.set $hit (i32.add (local.get $slot) (i32.ctz (local.get $hits))))
            (local.set $hits (i32.and (local.get $hits) (i32.sub (local.get $hits) (i32.const 1))))
            (call $match (local.get $vectors) (local.get $pages) (local.get $hit)
              (local.get $bytes) (i32.const 512) (local.get $scale) (local.get $first) (local.get $out))
            (local.set $out (i32.add (local.get $out) (i32.const 8)))
            (br_if $each (local.get $hits))))
        (local.set $slot (i32.add (local.get $slot) (i32.const 8)))
        (br $eights)))
    (i32.shr_u (i32.sub (local.get $out) (local.get $begin)) (i32.const 3)))

  ;; Of two vectors of $length bytes.
  (func $dot (export "dot") (param $a i32) (param $b i32) (param $length i32) (result i32)
    (local $end i32) (local $sum v128) (local $x v128) (local $y v128)
    (local.set $end (i32.add (local.get $a) (local.get $length)))
    (loop $groups
      (local.set $x (v128.load (local.get $a)))
      (local.set $y (v128.load (local.get $b)))
      (local.set $sum (i32x4.add (local.get $sum) (i32x4.add
        (i32x4.dot_i16x8_s (i16x8.extend_low_i8x16_s (local.get $x)) (i16x8.extend_low_i8x16_s (local.get $y)))
        (i32x4.dot_i16x8_s (i16x8.extend_high_i8x16_s (local.get $x)) (i16x8.extend_high_i8x16_s (local.get $y))))))
      (local.set $a (i32.add (local.get $a) (i32.const 16)))
      (local.set $b (i32.add (local.get $b) (i32.const 16)))
      (br_if $groups (i32.lt_u (local.get $a) (local.get $end))))
    (i32.add
      (i32.add (i32x4.extract_lane 0 (local.get $sum)) (i32x4.extract_lane 1 (local.get $sum)))
      (i32.add (i32x4.extract_lane 2 (local.get $sum)) (i32x4.extract_lane 3 (local.get $sum)))))
)
