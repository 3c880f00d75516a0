/** Prefix tuning: learned keys and values before the text. */
@NullMarked
package dev.lorikeet.engine.method.prefix;

import org.jspecify.annotations.NullMarked;
