/** The engine. */
@NullMarked
package dev.lorikeet.engine;

import org.jspecify.annotations.NullMarked;
