/** Continuous batching over one base model: sequences with adapters of their own, advanced together, step by step. */
@NullMarked
package dev.lorikeet.engine.decode;

import org.jspecify.annotations.NullMarked;
