using System.Text.Json;
using ServiceDefaults.Problems;

namespace InferenceService.OpenInference.Requests;

/// <summary>One step through JSON at a time; what is not what should come next is a 400 that names the field.</summary>
internal static class JsonSteps
{
    public static void Enter(this ref Utf8JsonReader reader, JsonTokenType start, string field)
    {
        if (!reader.Read() || reader.TokenType != start)
            throw ProblemException.Invalid(field, $"'{field}' must be {(start == JsonTokenType.StartObject ? "an object" : "an array")}.");
    }

    /// <summary>The next property's name; null at the object's end.</summary>
    public static string? NextProperty(this ref Utf8JsonReader reader)
    {
        reader.Read(); // throws where the JSON ends too soon
        return reader.TokenType == JsonTokenType.EndObject ? null : TextOf(ref reader, "body");
    }

    /// <summary>JSON lets a property repeat. Of one that is read here that is refused: nothing may be read by one value and checked by another.</summary>
    /// <param name="once">The properties that are read.</param>
    /// <param name="seen">Which of them were there; a bit each.</param>
    /// <param name="owner">What comes before the name in errors.</param>
    public static void RefuseAgain(string property, string[] once, ref int seen, string owner)
    {
        var index = Array.IndexOf(once, property);
        if (index < 0)
            return;
        if ((seen & 1 << index) != 0)
            throw ProblemException.Invalid($"{owner}{property}", $"'{owner}{property}' is there twice.");
        seen |= 1 << index;
    }

    public static string Text(this ref Utf8JsonReader reader, string field)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.String ? TextOf(ref reader, field) : throw ProblemException.Invalid(field, $"'{field}' must be a string.");
    }

    public static bool Boolean(this ref Utf8JsonReader reader, string field)
    {
        reader.Read();
        return reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            _ => throw ProblemException.Invalid(field, $"'{field}' must be true or false."),
        };
    }

    public static long Whole(this ref Utf8JsonReader reader, string field, long max)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value) && value >= 0 && value <= max
            ? value
            : throw ProblemException.Invalid(field, $"'{field}' must be a whole number from 0 to {max}.");
    }

    private static string TextOf(ref Utf8JsonReader reader, string field)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw ProblemException.Invalid(field, $"'{field}' contains text that is not valid Unicode.");
        }
    }
}
