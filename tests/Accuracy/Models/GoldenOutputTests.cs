using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using NUnit.Framework;
using TestSupport;

namespace Accuracy.Models;

/// <summary>
/// ONNX Runtime as this suite links it, against outputs that another build of it made without graph optimisation.
/// Covers every model of the data, whatever its task.
/// </summary>
[TestFixture]
public sealed class GoldenOutputTests
{
    // float32 sums in another order; quantised weights are rounded at every layer, so one step there shows more.
    private const double Tolerance = 2e-4, QuantisedTolerance = 0.15;

    [TestCaseSource(nameof(Cases))]
    public void A_model_gives_its_reference_outputs(string id)
    {
        var golden = Index().Single(entry => entry.GetProperty("id").GetString() == id);
        using var session = new InferenceSession(SuiteData.Path(golden.GetProperty("model").GetString()!));
        var input = golden.GetProperty("input");
        var dims = input.GetProperty("dims").EnumerateArray().Select(side => side.GetInt64()).ToArray();
        using var value = OrtValue.CreateTensorValueFromMemory(Read(input), dims);
        using var options = new RunOptions();

        var expected = golden.GetProperty("outputs").EnumerateArray().ToArray();
        var names = expected.Select(output => output.GetProperty("name").GetString()!).ToArray();
        using var outputs = session.Run(options, [input.GetProperty("name").GetString()!], [value], names);

        var tolerance = id.Contains("int8", StringComparison.Ordinal) ? QuantisedTolerance : Tolerance;
        foreach (var (reference, output) in expected.Zip(outputs))
        {
            var wanted = Read(reference);
            var found = output.GetTensorDataAsSpan<float>();
            var scale = Math.Max(1, wanted.Max(Math.Abs));
            var worst = 0.0;
            for (var i = 0; i < wanted.Length; i++)
                worst = Math.Max(worst, Math.Abs(wanted[i] - found[i]) / scale);
            TestContext.Progress.WriteLine($"figure: {id} {reference.GetProperty("name")}: max |difference| {worst:0.0e+0} of the largest value");
            Assert.That(worst, Is.LessThan(tolerance), reference.GetProperty("name").GetString());
        }
    }

    private static IEnumerable<string> Cases() => SuiteData.Find() is null ? ["(no data)"] : Index().Select(entry => entry.GetProperty("id").GetString()!);

    private static IEnumerable<JsonElement> Index() =>
        JsonDocument.Parse(File.ReadAllText(SuiteData.Path("golden", "index.json"))).RootElement.GetProperty("cases").EnumerateArray();

    private static float[] Read(JsonElement tensor) =>
        MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(SuiteData.Path("golden", tensor.GetProperty("file").GetString()!))).ToArray();
}
