@NullMarked
package dev.lorikeet.serving.batching;

import org.jspecify.annotations.NullMarked;
