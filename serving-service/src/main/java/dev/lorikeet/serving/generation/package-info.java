/** What is asked for and how its text is put together: limits, sampling, stop strings. Pure. */
@NullMarked
package dev.lorikeet.serving.generation;

import org.jspecify.annotations.NullMarked;
