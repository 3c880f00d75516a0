@NullMarked
package dev.lorikeet.serving.encoding;

import org.jspecify.annotations.NullMarked;
