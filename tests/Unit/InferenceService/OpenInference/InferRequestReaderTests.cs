using System.Runtime.InteropServices;
using InferenceService.Execution;
using InferenceService.OpenInference;
using Microsoft.ML.OnnxRuntime.Tensors;
using NUnit.Framework;
using ServiceDefaults.Problems;

namespace Unit.InferenceService.OpenInference;

[TestFixture]
public sealed class InferRequestReaderTests
{
    private static readonly TensorContract TwoInputs = new(
        "pair",
        [new TensorSpec("first", TensorElementType.Float, [2]), new TensorSpec("second", TensorElementType.Int64, [])],
        [new TensorSpec("sum", TensorElementType.Float, [2]), new TensorSpec("half", TensorElementType.Float16, [2])],
        HasBatchAxis: true);

    private const string First = """{"name": "first", "shape": [1, 2], "datatype": "FP32", "data": [1, 2]}""";
    private const string Second = """{"name": "second", "shape": [1], "datatype": "INT64", "data": [9007199254740993]}""";
    private const string OnlySum = """ "outputs": [{"name": "sum"}]""";

    [Test]
    public void Inputs_come_in_the_models_order_whatever_the_requests()
    {
        using var requests = new Requests(TwoInputs);
        var request = requests.Read($$"""{"inputs": [{{Second}}, {{First}}], {{OnlySum}}}""");
        Assert.That(request.Inputs.Select(input => input.Spec.Name), Is.EqualTo(new[] { "first", "second" }));
        Assert.That(MemoryMarshal.Read<long>(request.Inputs[1].Data.Span), Is.EqualTo(9007199254740993), "more than a double can tell");
    }

    [Test]
    public void Bytes_are_taken_in_the_requests_order_and_may_stand_beside_JSON()
    {
        using var requests = new Requests(TwoInputs);
        var request = requests.Read($$$"""
            {"inputs": [{"name": "second", "shape": [3], "datatype": "INT64", "parameters": {"binary_data_size": 24}},
                        {"name": "first", "shape": [3, 2], "datatype": "FP32", "data": [[1, 2], [3, 4], [5, 6]]}], {{{OnlySum}}}}
            """, Bytes(7L, 8L, 9L));
        Assert.That(request.Batch, Is.EqualTo(3));
        Assert.That(MemoryMarshal.Cast<byte, long>(request.Inputs[1].Data.Span).ToArray(), Is.EqualTo(new[] { 7L, 8L, 9L }));
        Assert.That(MemoryMarshal.Cast<byte, float>(request.Inputs[0].Data.Span).ToArray(), Is.EqualTo(new[] { 1f, 2, 3, 4, 5, 6 }));
    }

    [TestCase($$"""{"inputs": [{{First}}, {{First}}, {{Second}}], {{OnlySum}}}""", "twice")]
    [TestCase($$"""{"inputs": [{{First}}], {{OnlySum}}}""", "'second' is missing")]
    [TestCase($$"""{"inputs": [{{First}}, {{Second}}]}""", "'half' is FP16")]
    [TestCase($$$"""{"inputs": [{{{First}}}, {"name": "second", "shape": [2], "datatype": "INT64", "data": [1, 2]}], {{{OnlySum}}}}""", "1 and 2 items")]
    [TestCase($$$"""{"inputs": [{{{First}}}, {"name": "second", "shape": [1], "datatype": "INT64", "data": [1.5]}], {{{OnlySum}}}}""", "no INT64")]
    [TestCase($$$"""{"inputs": [{{{First}}}, {"name": "second", "shape": [1], "datatype": "INT64", "data": [[1]]}], {{{OnlySum}}}}""", "nested")]
    [TestCase($$$"""{"inputs": [{{{First}}}, {"name": "second", "shape": [1], "datatype": "INT64", "data": [1], "data": [2]}], {{{OnlySum}}}}""", "twice")]
    [TestCase("""{"inputs": [{"name": "second", "shape": [1], "datatype": "INT64", "data": [1], "parameters": {"binary_data_size": 8}}]}""", "either")]
    public void What_does_not_fit_together_is_said(string json, string told)
    {
        using var requests = new Requests(TwoInputs);
        Assert.That(() => requests.Read(json), Throws.TypeOf<ProblemException>().With.Message.Contains(told).And.Property("Status").EqualTo(400));
    }

    [Test]
    public void Half_floats_come_as_bytes_only()
    {
        using var requests = new Requests(Requests.Model(TensorElementType.Float16, 2));
        Assert.That(
            () => requests.Read("""{"inputs": [{"name": "x", "shape": [1, 2], "datatype": "FP16", "data": [1, 2]}]}"""),
            Throws.TypeOf<ProblemException>().With.Message.Contains("binary"));
        var request = requests.Read(
            """{"inputs": [{"name": "x", "shape": [1, 2], "datatype": "FP16", "parameters": {"binary_data_size": 4}}], "parameters": {"binary_data_output": true}}""",
            Bytes((Half)1, (Half)2));
        Assert.That(request.Outputs.Single().Binary, Is.True);
    }

    [TestCase(TensorElementType.Float, "0000C07F", "at 0")]
    [TestCase(TensorElementType.Float, "000080FF", "at 0")]
    [TestCase(TensorElementType.Double, "000000000000F07F", "at 0")]
    [TestCase(TensorElementType.Float16, "003C007C", "at 1")]
    [TestCase(TensorElementType.BFloat16, "803FC07F", "at 1")]
    [TestCase(TensorElementType.Bool, "000102", "at 2")]
    public void Bytes_that_are_no_value_are_named(TensorElementType type, string hex, string told)
    {
        var bytes = Convert.FromHexString(hex);
        using var requests = new Requests(Requests.Model(type, -1));
        Assert.That(() => requests.Read(bytes, jsonLength: 0), Throws.TypeOf<ProblemException>().With.Message.Contains("'x'").And.Message.Contains(told));
        if (type != TensorElementType.Bool)
        {
            using var lenient = new Requests(Requests.Model(type, -1) with { AllowsNonFinite = true });
            Assert.That(() => lenient.Read(bytes, jsonLength: 0), Throws.Nothing);
        }
    }

    [Test]
    public void A_raw_bodys_length_tells_the_one_side_that_is_open()
    {
        using var requests = new Requests(Requests.Model(TensorElementType.Int16, 3, -1));
        Assert.That(requests.Read(new byte[30], jsonLength: 0).Inputs[0].Shape, Is.EqualTo(new[] { 1, 3, 5 }));
        foreach (var length in new[] { 0, 1, 7, 31 })
            Assert.That(() => requests.Read(new byte[length], jsonLength: 0), Throws.TypeOf<ProblemException>(), $"{length} bytes");
    }

    [Test]
    public void Values_that_need_more_memory_than_there_is_are_503()
    {
        using var requests = new Requests(Requests.Model(TensorElementType.Double, -1), budgetBytes: 4096);
        var json = $$"""{"inputs": [{"name": "x", "shape": [1, 1000], "datatype": "FP64", "data": [{{string.Join(',', new int[1000])}}]}]}""";
        Assert.That(() => requests.Read(json), Throws.TypeOf<ProblemException>().With.Property("Status").EqualTo(503));
    }

    private static byte[] Bytes<T>(params T[] values) where T : unmanaged => MemoryMarshal.AsBytes<T>(values).ToArray();
}
