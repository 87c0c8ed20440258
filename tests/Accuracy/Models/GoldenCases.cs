using System.Runtime.InteropServices;
using System.Text.Json;
using TestSupport;

namespace Accuracy.Models;

/// <summary>One model of the data with an input and the outputs that another build of ONNX Runtime gave for it.</summary>
internal sealed record GoldenCase(string Id, string ModelFile, GoldenTensor Input, IReadOnlyList<GoldenTensor> Outputs)
{
    // float32 sums in another order; quantised weights are rounded at every layer, so one step there shows more.
    public double Tolerance => Id.Contains("int8", StringComparison.Ordinal) ? 0.15 : 2e-4;

    /// <summary>For a test's case source: without the data one case, which then says that they are missing.</summary>
    public static IEnumerable<string> Ids() => SuiteData.Find() is null ? ["(no data)"] : All().Select(each => each.Id);

    public static GoldenCase Find(string id) => All().Single(each => each.Id == id);

    public static IEnumerable<GoldenCase> All() =>
        from entry in JsonDocument.Parse(File.ReadAllText(SuiteData.Path("golden", "index.json"))).RootElement.GetProperty("cases").EnumerateArray()
        select new GoldenCase(
            entry.GetProperty("id").GetString()!, SuiteData.Path(entry.GetProperty("model").GetString()!),
            GoldenTensor.From(entry.GetProperty("input")), [.. entry.GetProperty("outputs").EnumerateArray().Select(GoldenTensor.From)]);
}

/// <param name="Shape">With the batch axis, which is 1.</param>
internal sealed record GoldenTensor(string Name, int[] Shape, string File)
{
    public static GoldenTensor From(JsonElement json) => new(
        json.GetProperty("name").GetString()!, [.. json.GetProperty("dims").EnumerateArray().Select(side => side.GetInt32())], json.GetProperty("file").GetString()!);

    public float[] Read() => MemoryMarshal.Cast<byte, float>(System.IO.File.ReadAllBytes(SuiteData.Path("golden", File))).ToArray();
}
