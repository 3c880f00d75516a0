/** The demo's two tasks: their examples, made by seeded generators, and the rules that count success. */
@NullMarked
package dev.lorikeet.cli.demo.data;

import org.jspecify.annotations.NullMarked;
