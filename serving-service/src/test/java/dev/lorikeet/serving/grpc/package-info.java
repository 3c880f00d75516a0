@NullMarked
package dev.lorikeet.serving.grpc;

import org.jspecify.annotations.NullMarked;
