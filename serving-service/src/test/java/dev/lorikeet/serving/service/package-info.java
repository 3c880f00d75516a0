@NullMarked
package dev.lorikeet.serving.service;

import org.jspecify.annotations.NullMarked;
