using System.Globalization;
using System.Text.Json.Nodes;
using Onnx.Writing;

namespace Integration.TrainingService.Evaluations;

/// <summary>Models of two numbers, a and b, that say yes or no by a weighted sum; and rows to judge them by.</summary>
internal static class TinyModels
{
    /// <summary>The file: <c>rows [N,2] -> probabilities [N,2]</c> for no and yes.</summary>
    public static byte[] File(float a, float b)
    {
        var graph = new GraphBuilder("tiny");
        graph.Input("rows", ElementType.Float, -1, 2);
        var weights = graph.Constant("weights", [-a, a, -b, b], 2, 2);
        var logits = graph.Node("MatMul", ["rows", weights], "logits");
        graph.Node("Softmax", [logits], "probabilities", NodeAttribute.Of("axis", 1));
        graph.Output("probabilities", ElementType.Float, -1, 2);
        using var file = new MemoryStream();
        graph.WriteTo(file);
        return file.ToArray();
    }

    public static JsonObject Manifest(params string[] labels) => new()
    {
        ["task"] = "tabular-classification",
        ["labels"] = new JsonArray([.. (labels.Length == 0 ? ["no", "yes"] : labels).Select(label => JsonValue.Create(label))]),
        ["columns"] = new JsonArray(Number("a"), Number("b")),
        ["input"] = new JsonObject { ["kind"] = "rows", ["name"] = "rows" },
        ["output"] = new JsonObject { ["name"] = "probabilities", ["activation"] = "none" },
        ["batching"] = new JsonObject { ["maxBatchSize"] = 64, ["maxQueueLength"] = 1024 },
    };

    /// <summary>Rows whose label is told by the sign of a. Of b, nine in ten say the same.</summary>
    /// <param name="from">Others than those of another number.</param>
    public static string Csv(int perClass, int from = 0, bool flipped = false)
    {
        var random = new Random(from + 1);
        var csv = new System.Text.StringBuilder("a,b,label\n");
        for (var row = 0; row < perClass * 2; row++)
        {
            var yes = row % 2 == 0;
            var (a, b) = (0.1 + random.NextDouble() + from, row % 20 < 2 ? -1 : 1);
            csv.Append(CultureInfo.InvariantCulture, $"{(yes ? a : -a):R},{(yes ? b : -b) * (1 + (row * 0.001)):R},{(yes ^ flipped ? "yes" : "no")}\n");
        }
        return csv.ToString();
    }

    private static JsonObject Number(string name) => new() { ["name"] = name, ["type"] = "number" };
}
