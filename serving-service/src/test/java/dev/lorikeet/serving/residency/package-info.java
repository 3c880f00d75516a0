@NullMarked
package dev.lorikeet.serving.residency;

import org.jspecify.annotations.NullMarked;
