using System.Net;
using System.Text.Json;
using NUnit.Framework;
using TestSupport;

namespace Conformance;

/// <summary>What the models say of themselves.</summary>
[TestFixture]
public sealed class ModelTests
{
    private readonly Client client = new();

    [OneTimeTearDown]
    public void Release() => client.Dispose();

    [TestCase("report-scorer", "rows FP32 [-1,4]", "score FP32 [-1,1]")]
    [TestCase("mask-detector", "input FP32 [-1,3,128,128]", "logits FP32 [-1,2]")]
    public async Task Metadata_of_a_model_that_ships_names_its_tensors(string model, string input, string output) =>
        await Assert_that_metadata_say(model, input, output);

    [TestCase(ModelFolder.Detector, "input FP32 [1,3,240,320]", "scores FP32 [1,4420,2]", "boxes FP32 [1,4420,4]")]
    [TestCase(ModelFolder.Classifier, "input FP32 [-1,3,224,224]", "output FP32 [-1,1000]")]
    [TestCase(ModelFolder.Embedder, "input0 FP32 [-1,3,112,112]", "output0 FP32 [-1,128]")]
    public async Task Metadata_of_a_model_of_tensors_are_its_graphs(string model, string input, params string[] outputs)
    {
        SuiteData.Path();
        await Assert_that_metadata_say(model, input, outputs);
    }

    [Test]
    public async Task The_list_has_every_model_that_serves()
    {
        using var answer = await client.Http.GetAsync("/v2/models");
        var models = (await answer.ShouldBeAsync(HttpStatusCode.OK)).GetProperty("models").EnumerateArray().Select(model => model.GetProperty("name").GetString());
        Assert.That(models, Is.SupersetOf(new[] { "mask-detector", "report-scorer" }));
    }

    [TestCase("/v2/models/mask-detector/config")]
    [TestCase("/v2/models/mask-detector/versions/1/config")]
    public async Task Configuration_says_how_it_is_served(string path)
    {
        using var answer = await client.Http.GetAsync(path);
        var configuration = await answer.ShouldBeAsync(HttpStatusCode.OK);
        Assert.That(configuration.GetProperty("max_batch_size").GetInt32(), Is.EqualTo(16));
        var input = configuration.GetProperty("input")[0];
        Assert.That(input.GetProperty("data_type").GetString(), Is.EqualTo("TYPE_FP32"));
        Assert.That(input.GetProperty("dims").EnumerateArray().Select(side => side.GetInt32()), Is.EqualTo(new[] { 3, 128, 128 }), "without the batch axis");
        Assert.That(configuration.GetProperty("dynamic_batching").GetProperty("default_queue_policy").GetProperty("max_queue_size").GetInt32(), Is.EqualTo(256));
    }

    private async Task Assert_that_metadata_say(string model, string input, params string[] outputs)
    {
        using var answer = await client.Http.GetAsync($"/v2/models/{model}");
        using var ofVersion = await client.Http.GetAsync($"/v2/models/{model}/versions/1");
        var metadata = await answer.ShouldBeAsync(HttpStatusCode.OK);

        Assert.That(metadata.GetProperty("name").GetString(), Is.EqualTo(model));
        Assert.That(metadata.GetProperty("versions").EnumerateArray().Select(version => version.GetString()), Does.Contain("1"));
        Assert.That(metadata.GetProperty("platform").GetString(), Is.Not.Empty);
        Assert.That(Tensors(metadata, "inputs"), Is.EqualTo(new[] { input }));
        Assert.That(Tensors(metadata, "outputs"), Is.EqualTo(outputs));
        Assert.That((await ofVersion.ShouldBeAsync(HttpStatusCode.OK)).ToString(), Is.EqualTo(metadata.ToString()));
    }

    private static IEnumerable<string> Tensors(JsonElement metadata, string side) => metadata.GetProperty(side).EnumerateArray()
        .Select(tensor => $"{tensor.GetProperty("name").GetString()} {tensor.GetProperty("datatype").GetString()} [{string.Join(',', tensor.Shape())}]");
}
