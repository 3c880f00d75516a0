/** IA3: vectors that scale what linear layers read or write. */
@NullMarked
package dev.lorikeet.engine.method.ia3;

import org.jspecify.annotations.NullMarked;
