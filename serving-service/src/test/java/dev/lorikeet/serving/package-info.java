@NullMarked
package dev.lorikeet.serving;

import org.jspecify.annotations.NullMarked;
