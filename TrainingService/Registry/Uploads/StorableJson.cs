using System.Text.Json;
using ServiceDefaults.Problems;

namespace TrainingService.Registry.Uploads;

/// <summary>JSON that Postgres can keep and .NET can write again: not all that is JSON is.</summary>
internal static class StorableJson
{
    /// <exception cref="ProblemException">422: names what it is.</exception>
    public static void Require(JsonElement json, string field)
    {
        try
        {
            if (Complaint(json) is { } complaint)
                throw ProblemException.Unusable(field, $"{field} has {complaint}.");
        }
        catch (InvalidOperationException)
        {
            throw ProblemException.Unusable(field, $"{field} has half a character: a surrogate without its other half.");
        }
    }

    private static string? Complaint(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => json.EnumerateObject().Select(member => Complaint(member.Name) ?? Complaint(member.Value)).FirstOrDefault(complaint => complaint is not null),
        JsonValueKind.Array => json.EnumerateArray().Select(Complaint).FirstOrDefault(complaint => complaint is not null),
        JsonValueKind.String => Complaint(json.GetString()!),
        JsonValueKind.Number => IsNumber(json) ? null : "a number that no double can hold",
        _ => null,
    };

    private static string? Complaint(string text) => text.Contains('\0') ? "the character \\u0000" : null;

    private static bool IsNumber(JsonElement json) =>
        json.TryGetDouble(out var number) && double.IsFinite(number) && (number != 0 || json.GetRawText().TakeWhile(c => c is not ('e' or 'E')).All(c => c is '-' or '0' or '.'));
}
