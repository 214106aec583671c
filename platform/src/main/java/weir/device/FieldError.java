package weir.device;

/// What is wrong with one field of an input.
///
/// @param field its name as sent; a dotted path below the top level; empty for the whole input
/// @param detail a sentence that says what would be right; never the value
public record FieldError(String field, String detail) {}
