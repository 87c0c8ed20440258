using System.Text;
using InferenceService.Execution;
using InferenceService.OpenInference;
using Microsoft.ML.OnnxRuntime.Tensors;
using NUnit.Framework;
using ServiceDefaults.Problems;

namespace Unit.InferenceService.OpenInference;

/// <summary>Whatever comes, a request is read or refused with a reason; nothing else is thrown.</summary>
[TestFixture]
public sealed class HostileRequestTests
{
    private const string Json = """
        {"id": "a\u00e9", "parameters": {"binary_data_output": true, "other": [1, {"x": null}]},
         "inputs": [{"name": "x", "shape": [2, 2, 2], "datatype": "FP32", "data": [[[1.5, -2e3], [3, 4]], [[5, 6], [7, 8]]]},
                    {"name": "z", "shape": [2], "datatype": "UINT8", "parameters": {"binary_data_size": 2}}],
         "outputs": [{"name": "y", "parameters": {"classification": 2, "binary_data": false}}]}
        """;

    private static readonly TensorContract Model = new(
        "m",
        [new TensorSpec("x", TensorElementType.Float, [2, -1]), new TensorSpec("z", TensorElementType.UInt8, [])],
        [new TensorSpec("y", TensorElementType.Float, [4])], HasBatchAxis: true);

    [Test]
    public void The_request_that_is_mutated_is_fine()
    {
        using var requests = new Requests(Model);
        Assert.That(requests.Read(Json, [1, 2]).Batch, Is.EqualTo(2));
    }

    [Test]
    public void Twenty_thousand_mutations_are_read_or_refused()
    {
        var random = new Random(20260101);
        var (json, read) = (Encoding.UTF8.GetBytes(Json), 0);
        for (var i = 0; i < 20_000; i++)
        {
            byte[] body = [.. json, 1, 2];
            for (var change = random.Next(1, 4); change > 0; change--)
                body = Mutate(body, random);
            using var requests = new Requests(Model);
            try
            {
                requests.Read(body, Math.Clamp(json.Length + random.Next(-1, 2), 0, body.Length));
                read++;
            }
            catch (ProblemException refused) when (refused.Status is 400 or 413 or 501)
            {
                // the other right answer
            }
        }
        Assert.That(read, Is.GreaterThan(100), "some mutations hurt nothing");
    }

    [TestCase("[1, 9223372036854775807]")]
    [TestCase("[1, 2147483647, 2147483647, 2147483647]")]
    [TestCase("[1, 1e3]")]
    [TestCase("[1, 1000000000]")]
    public void A_huge_shape_takes_no_memory(string shape)
    {
        var rank = shape.Count(c => c == ',');
        using var requests = new Requests(Requests.Model(TensorElementType.Double, [.. Enumerable.Repeat(-1, rank)]));
        Assert.That(
            () => requests.Read($$"""{"inputs": [{"name": "x", "shape": {{shape}}, "datatype": "FP64", "data": []}]}"""),
            Throws.TypeOf<ProblemException>().With.Property("Status").EqualTo(400));
    }

    [Test]
    public void Deep_nesting_is_refused()
    {
        using var requests = new Requests(Model);
        var deep = new string('[', 5000);
        Assert.That(() => requests.Read($$"""{"other": {{deep}}"""), Throws.TypeOf<ProblemException>().With.Property("Status").EqualTo(400));
    }

    private static byte[] Mutate(byte[] body, Random random)
    {
        var at = random.Next(body.Length);
        switch (random.Next(4))
        {
            case 0: // another byte
                body[at] = (byte)random.Next(256);
                return body;
            case 1: // one less
                return [.. body[..at], .. body[(at + 1)..]];
            case 2: // something that means something in JSON
                return [.. body[..at], (byte)"{}[]\",:0-eE.\\"[random.Next(13)], .. body[at..]];
            default: // a piece twice
                var end = random.Next(at, Math.Min(body.Length, at + 20));
                return [.. body[..end], .. body[at..]];
        }
    }
}
