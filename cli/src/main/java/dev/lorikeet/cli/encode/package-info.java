/** {@code classify} and {@code embed}: texts read by a base model that is an encoder. */
@NullMarked
package dev.lorikeet.cli.encode;

import org.jspecify.annotations.NullMarked;
