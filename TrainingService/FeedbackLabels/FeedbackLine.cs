using System.Globalization;
using System.Text.Json;

namespace TrainingService.FeedbackLabels;

/// <summary>Feedback as the body of a post.</summary>
internal static class FeedbackLine
{
    /// <summary>The row as a post has it, with the label and an id of its own.</summary>
    public static MemoryStream Of(JsonElement row, FeedbackLabel feedback, bool numeric, bool labelled)
    {
        var line = new MemoryStream();
        using (var json = new Utf8JsonWriter(line))
        {
            json.WriteStartObject();
            foreach (var column in row.EnumerateObject())
                column.WriteTo(json);
            if (labelled)
            {
                json.WritePropertyName("label");
                Label(feedback.Label!, numeric).WriteTo(json);
            }
            json.WriteString("id", feedback.GivenId);
            json.WriteEndObject();
        }
        line.WriteByte((byte)'\n');
        line.Position = 0;
        return line;
    }

    /// <summary>A class that is a number is one in a post.</summary>
    public static JsonElement Label(string label, bool numeric) =>
        numeric && double.TryParse(label, CultureInfo.InvariantCulture, out var number) ? JsonSerializer.SerializeToElement(number) : JsonSerializer.SerializeToElement(label);
}
