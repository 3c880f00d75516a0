/** What is asked of an object store, the proof that a store gives it, and everything that can go wrong. */
@NullMarked
package dev.lorikeet.registry.store;

import org.jspecify.annotations.NullMarked;
