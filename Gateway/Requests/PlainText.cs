namespace Gateway.Requests;

/// <summary>What a caller wrote, made harmless for logs and tables: no control characters, and not without end.</summary>
internal static class PlainText
{
    public static string? Of(string? text, int maxLength)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        if (text.Length <= maxLength && !text.AsSpan().ContainsAnyInRange('\0', '\x1f') && !text.AsSpan().ContainsAnyInRange('\x7f', '\x9f') && !text.AsSpan().ContainsAnyInRange('\ud800', '\udfff'))
            return text;
        return string.Create(Math.Min(text.Length, maxLength), text, static (clean, text) =>
        {
            for (var i = 0; i < clean.Length; i++)
                clean[i] = char.IsControl(text[i]) || char.IsSurrogate(text[i]) ? '\ufffd' : text[i]; // half a pair is no text
        });
    }
}
