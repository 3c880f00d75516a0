@NullMarked
package dev.lorikeet.serving.generation;

import org.jspecify.annotations.NullMarked;
