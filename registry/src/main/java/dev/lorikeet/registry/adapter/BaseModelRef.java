package dev.lorikeet.registry.adapter;

/**
 * A base model by name and content.
 *
 * @param name as the platform lists it
 * @param digest SHA-256 (hex) over its configuration and weights; empty if the publisher did not know it
 */
public record BaseModelRef(String name, String digest) {}
