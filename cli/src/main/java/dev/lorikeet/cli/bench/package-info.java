/** {@code lorikeet bench}: measurements of the engine, beside a peer's when there is one. */
@NullMarked
package dev.lorikeet.cli.bench;

import org.jspecify.annotations.NullMarked;
