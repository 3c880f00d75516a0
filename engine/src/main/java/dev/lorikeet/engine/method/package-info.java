/** The ways to adapt a base model: a package each, with its configuration, its file format and its training. */
@NullMarked
package dev.lorikeet.engine.method;

import org.jspecify.annotations.NullMarked;
