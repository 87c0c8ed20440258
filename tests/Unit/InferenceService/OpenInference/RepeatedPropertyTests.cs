using InferenceService.Execution;
using InferenceService.OpenInference;
using Microsoft.ML.OnnxRuntime.Tensors;
using NUnit.Framework;
using ServiceDefaults.Problems;

namespace Unit.InferenceService.OpenInference;

/// <summary>JSON lets a property repeat; what was read by one value must not be taken for another's.</summary>
[TestFixture]
public sealed class RepeatedPropertyTests
{
    private const string Data = "\"data\": [1, 2]";

    private static readonly TensorContract Model = new(
        "m",
        [new TensorSpec("x", TensorElementType.Float, [-1]), new TensorSpec("z", TensorElementType.Int64, [-1])],
        [new TensorSpec("y", TensorElementType.Float, [2])], HasBatchAxis: true);

    [TestCase($"\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1, 2], {Data}, \"name\": \"z\", \"datatype\": \"INT64\"", "inputs[0].name")]
    [TestCase($"\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1, 2], {Data}, \"n\\u0061me\": \"z\"", "inputs[0].name")]
    [TestCase($"\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1, 2], {Data}, \"datatype\": \"FP32\"", "inputs[0].datatype")]
    [TestCase($"\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1, 2], {Data}, \"shape\": [2, 1]", "inputs[0].shape")]
    [TestCase($"\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1, 2], {Data}, {Data}", "inputs[0].data")]
    [TestCase($"{Data}, \"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1, 2], {Data}", "inputs[0].data")]
    [TestCase($"\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1, 2], {Data}, \"parameters\": {{}}, \"parameters\": {{}}", "inputs[0].parameters")]
    [TestCase("\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1, 2], \"parameters\": {\"binary_data_size\": 4, \"binary_data_size\": 8}", "inputs[0].parameters.binary_data_size")]
    public void An_inputs_property_is_there_once(string input, string field)
    {
        using var requests = new Requests(Model);
        Assert.That(
            () => requests.Read($$"""{"inputs": [{ {{input}} }, {"name": "z", "datatype": "INT64", "shape": [1, 2], {{Data}}}]}"""),
            Throws.TypeOf<ProblemException>().With.Property("Status").EqualTo(400).And.Property("Field").EqualTo(field).And.Message.Contains("twice"));
    }

    [TestCase("\"id\": \"a\", \"id\": \"a\"", "id")]
    [TestCase("\"parameters\": {}, \"parameters\": {}", "parameters")]
    [TestCase("\"inputs\": [], \"inputs\": []", "inputs")]
    [TestCase("\"outputs\": [], \"outputs\": []", "outputs")]
    [TestCase("\"outputs\": [{\"name\": \"y\", \"name\": \"y\"}]", "outputs[0].name")]
    [TestCase("\"outputs\": [{\"name\": \"y\", \"parameters\": {}, \"parameters\": {}}]", "outputs[0].parameters")]
    public void A_requests_property_is_there_once(string properties, string field)
    {
        using var requests = new Requests(Model);
        Assert.That(
            () => requests.Read($$"""{ {{properties}} }"""),
            Throws.TypeOf<ProblemException>().With.Property("Status").EqualTo(400).And.Property("Field").EqualTo(field).And.Message.Contains("twice"));
    }
}
