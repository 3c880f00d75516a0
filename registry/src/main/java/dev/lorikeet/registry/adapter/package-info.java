/** Adapters: revisions (immutable files), versions (numbers that point to them), aliases (names that move). */
@NullMarked
package dev.lorikeet.registry.adapter;

import org.jspecify.annotations.NullMarked;
