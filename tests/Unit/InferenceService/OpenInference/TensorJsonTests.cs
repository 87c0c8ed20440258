using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using InferenceService.OpenInference;
using InferenceService.OpenInference.Responses;
using Microsoft.ML.OnnxRuntime.Tensors;
using NUnit.Framework;
using ServiceDefaults.Problems;

namespace Unit.InferenceService.OpenInference;

/// <summary>Between bytes and JSON nothing is lost, in either direction.</summary>
[TestFixture]
public sealed class TensorJsonTests
{
    private static readonly TensorElementType[] InJson =
    [
        TensorElementType.Bool, TensorElementType.Int8, TensorElementType.Int16, TensorElementType.Int32, TensorElementType.Int64,
        TensorElementType.UInt8, TensorElementType.UInt16, TensorElementType.UInt32, TensorElementType.UInt64, TensorElementType.Float, TensorElementType.Double,
    ];

    [TestCaseSource(nameof(InJson))]
    public void What_is_written_is_read_as_the_same_bytes(TensorElementType type)
    {
        var model = Requests.Model(type, -1);
        var size = model.Inputs[0].ElementSize;
        var bytes = new byte[1000 * size];
        var random = new Random(7);
        random.NextBytes(bytes);
        for (var i = 0; type == TensorElementType.Bool && i < bytes.Length; i++)
            bytes[i] &= 1;
        for (int i; (i = TensorValues.IndexOfNonFinite(type, bytes)) >= 0;)
            random.NextBytes(bytes.AsSpan(i * size, size));

        using var requests = new Requests(model);
        var read = requests.Read($$"""{"inputs": [{"name": "x", "shape": [1, 1000], "datatype": "{{Datatypes.NameOf(type)}}", "data": {{Write(type, bytes)}}}]}""");
        Assert.That(read.Inputs[0].Data.ToArray(), Is.EqualTo(bytes));
    }

    [TestCase(TensorElementType.Int8, "128")]
    [TestCase(TensorElementType.UInt8, "-1")]
    [TestCase(TensorElementType.UInt64, "18446744073709551616")]
    [TestCase(TensorElementType.Int32, "1.0")]
    [TestCase(TensorElementType.Float, "3.5e38")]
    [TestCase(TensorElementType.Double, "1e309")]
    [TestCase(TensorElementType.Bool, "1")]
    [TestCase(TensorElementType.Float, "true")]
    public void A_value_that_the_type_does_not_have_is_refused(TensorElementType type, string value)
    {
        using var requests = new Requests(Requests.Model(type, 1));
        Assert.That(
            () => requests.Read($$"""{"inputs": [{"name": "x", "shape": [1, 1], "datatype": "{{Datatypes.NameOf(type)}}", "data": [{{value}}]}]}"""),
            Throws.TypeOf<ProblemException>().With.Message.Contains($"at 0 that is no {Datatypes.NameOf(type)}"));
    }

    [Test]
    public void The_highest_values_come_first_and_equal_ones_in_their_order()
    {
        var values = MemoryMarshal.AsBytes<float>(new[] { 1, 10, 5, 10, float.NaN }).ToArray();
        Assert.That(HighestValues.Of(TensorElementType.Float, values, 3, []), Is.EqualTo(new[] { "10:1", "10:3", "5:2" }));
        Assert.That(HighestValues.Of(TensorElementType.Float, values, 9, ["a", "b", "c", "d", "e"]), Has.Length.EqualTo(5).And.Exactly(1).EqualTo("NaN:4:e"));
        Assert.That(HighestValues.Of(TensorElementType.BFloat16, [0x80, 0x3F, 0x40, 0x40], 1, []), Is.EqualTo(new[] { "3:1" }));
    }

    private static string Write(TensorElementType type, byte[] bytes)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            TensorJsonWriter.Write(json, type, bytes);
            json.WriteEndArray();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
