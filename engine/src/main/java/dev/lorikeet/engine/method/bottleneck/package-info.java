/** Bottleneck adapters: small networks behind the sublayers. */
@NullMarked
package dev.lorikeet.engine.method.bottleneck;

import org.jspecify.annotations.NullMarked;
