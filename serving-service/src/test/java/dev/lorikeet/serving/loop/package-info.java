@NullMarked
package dev.lorikeet.serving.loop;

import org.jspecify.annotations.NullMarked;
