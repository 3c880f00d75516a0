@NullMarked
package dev.lorikeet.trainer;

import org.jspecify.annotations.NullMarked;
