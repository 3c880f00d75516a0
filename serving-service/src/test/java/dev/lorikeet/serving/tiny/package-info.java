/** A model and adapters small enough for tests, made by a fixed seed. */
@NullMarked
package dev.lorikeet.serving.tiny;

import org.jspecify.annotations.NullMarked;
