/** BitFit: biases alone are trained. */
@NullMarked
package dev.lorikeet.engine.method.bitfit;

import org.jspecify.annotations.NullMarked;
