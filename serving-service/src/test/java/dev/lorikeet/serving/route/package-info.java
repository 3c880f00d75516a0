@NullMarked
package dev.lorikeet.serving.route;

import org.jspecify.annotations.NullMarked;
