using System.Net;
using System.Text.Json;
using NUnit.Framework;
using TestSupport;

namespace Conformance;

/// <summary>Inference with everything in JSON.</summary>
[TestFixture]
public sealed class InferTests
{
    private static readonly float[] First = [0, 120, 2.5f, 40], Second = [3, 900, 0.5f, 0];
    private readonly Client client = new();

    [OneTimeTearDown]
    public void Release() => client.Dispose();

    [Test]
    public async Task The_answer_names_model_version_outputs_shapes_and_datatypes()
    {
        var answer = await InferAsync(Request([2, 4], [.. First, .. Second]));
        Assert.That(answer.GetProperty("model_name").GetString(), Is.EqualTo("report-scorer"));
        Assert.That(answer.GetProperty("model_version").GetString(), Is.EqualTo("1"));
        var output = answer.Output("score");
        Assert.That(output.GetProperty("datatype").GetString(), Is.EqualTo("FP32"));
        Assert.That(output.Shape(), Is.EqualTo(new[] { 2, 1 }));
        Assert.That(output.Data(), Has.Length.EqualTo(2));
    }

    [Test]
    public async Task Rows_of_a_batch_are_answered_as_alone_and_in_their_order()
    {
        var rows = Enumerable.Range(0, 300).Select(i => new[] { i % 6, i * 7 % 1000, i % 5, (float)i }).ToArray();
        var together = (await InferAsync(Request([rows.Length, 4], [.. rows.SelectMany(row => row)]))).Output("score").Data();
        foreach (var i in new[] { 0, 1, 150, 299 })
            Assert.That((await InferAsync(Request([1, 4], rows[i]))).Output("score").Data()[0], Is.EqualTo(together[i]).Within(1e-6f));
        Assert.That(together.Distinct().Count(), Is.GreaterThan(100), "rows that differ are answered differently");
    }

    [Test]
    public async Task It_answers_as_predict_does()
    {
        using var rows = new StringContent("""{"rows": [{"abuse_type": "MSG", "report_text_len": 120, "profile_rating": 2.5, "popularity": 40}]}""", System.Text.Encoding.UTF8, "application/json");
        using var predicted = await client.Http.PostAsync("/v1/models/report-scorer/predict", rows);
        var score = (await predicted.ShouldBeAsync(HttpStatusCode.OK)).GetProperty("predictions")[0].GetProperty("score").GetSingle();
        Assert.That((await InferAsync(Request([1, 4], First))).Output("score").Data()[0], Is.EqualTo(score).Within(1e-6f));
    }

    [Test]
    public async Task Nested_data_are_the_same_as_flat()
    {
        var flat = await InferAsync(Request([2, 4], [.. First, .. Second]));
        var nested = await InferAsync(new { inputs = new[] { new { name = "rows", datatype = "FP32", shape = new[] { 2, 4 }, data = new[] { First, Second } } } });
        Assert.That(nested.Output("score").Data(), Is.EqualTo(flat.Output("score").Data()));
    }

    [Test]
    public async Task The_order_of_an_inputs_properties_does_not_matter()
    {
        using var answer = await client.InferTextAsync("report-scorer", """{"inputs": [{"data": [0, 120, 2.5, 40], "shape": [1, 4], "parameters": {"other": "thing"}, "datatype": "FP32", "name": "rows"}], "model_name": "ignored"}""");
        Assert.That((await answer.ShouldBeAsync(HttpStatusCode.OK)).Output("score").Data(), Is.EqualTo((await InferAsync(Request([1, 4], First))).Output("score").Data()));
    }

    [Test]
    public async Task An_id_comes_back_and_the_predictions_own_is_beside_it()
    {
        var answer = await InferAsync(new { id = "ümlaut 42", inputs = Inputs([1, 4], First) });
        Assert.That(answer.GetProperty("id").GetString(), Is.EqualTo("ümlaut 42"));
        Assert.That(Guid.TryParse(answer.GetProperty("parameters").GetProperty("prediction_id").GetString(), out _), Is.True);
    }

    [Test]
    public async Task An_answer_is_on_record_as_a_prediction_of_tensors()
    {
        var answer = await InferAsync(Request([2, 4], [.. First, .. Second]));
        var id = answer.GetProperty("id").GetString();
        Assert.That(answer.GetProperty("parameters").GetProperty("prediction_id").GetString(), Is.EqualTo(id), "without an id of the caller's it is the prediction's");
        using var recorded = await client.Http.GetAsync($"/v1/predictions/{id}");
        var items = (await recorded.ShouldBeAsync(HttpStatusCode.OK)).GetProperty("predictions");
        Assert.That(items.GetArrayLength(), Is.EqualTo(2));
        Assert.That(items[1].GetProperty("score").GetSingle(), Is.EqualTo(answer.Output("score").Data()[1]).Within(1e-6f));
        var input = items[0].GetProperty("input");
        Assert.That(input.GetProperty("kind").GetString(), Is.EqualTo("tensor"));
        Assert.That(input.GetProperty("shapes").GetProperty("rows")[0].GetInt32(), Is.EqualTo(4));
    }

    [Test]
    public async Task A_version_may_be_named()
    {
        using var content = new StringContent(JsonSerializer.Serialize(Request([1, 4], First)));
        using var answer = await client.Http.PostAsync("/v2/models/report-scorer/versions/1/infer", content);
        Assert.That((await answer.ShouldBeAsync(HttpStatusCode.OK)).GetProperty("model_version").GetString(), Is.EqualTo("1"));
    }

    [Test]
    public async Task Without_outputs_all_are_given_and_with_outputs_those_in_that_order()
    {
        var data = Golden.Floats("rfb320.in");
        object inputs = new[] { new { name = "input", datatype = "FP32", shape = new[] { 1, 3, 240, 320 }, data } };
        using var all = await client.InferAsync(ModelFolder.Detector, new { inputs });
        using var one = await client.InferAsync(ModelFolder.Detector, new { inputs, outputs = new[] { new { name = "boxes" } } });

        var answer = await all.ShouldBeAsync(HttpStatusCode.OK);
        Assert.That(Names(answer), Is.EqualTo(new[] { "scores", "boxes" }));
        Assert.That(answer.Output("boxes").Shape(), Is.EqualTo(new[] { 1, 4420, 4 }));
        answer.Output("scores").Data().ShouldEqual("rfb320.out.scores");
        answer.Output("boxes").Data().ShouldEqual("rfb320.out.boxes");
        Assert.That(answer.TryGetProperty("parameters", out _), Is.False, "a model that is not recorded gives no id");
        Assert.That(Names(await one.ShouldBeAsync(HttpStatusCode.OK)), Is.EqualTo(new[] { "boxes" }));
    }

    [Test]
    public async Task A_tensor_model_is_recorded_without_a_label()
    {
        SuiteData.Path();
        var data = new float[2 * 3 * 112 * 112];
        using var answer = await client.InferAsync(ModelFolder.Embedder, new { inputs = new[] { new { name = "input0", datatype = "FP32", shape = new[] { 2, 3, 112, 112 }, data } } });
        var id = (await answer.ShouldBeAsync(HttpStatusCode.OK)).GetProperty("id").GetString();
        using var recorded = await client.Http.GetAsync($"/v1/predictions/{id}");
        var item = (await recorded.ShouldBeAsync(HttpStatusCode.OK)).GetProperty("predictions")[1];
        Assert.That(item.TryGetProperty("label", out _), Is.False);
        Assert.That(item.GetProperty("input").GetProperty("shapes").GetProperty("input0").GetArrayLength(), Is.EqualTo(3));
    }

    [Test]
    public async Task A_deadline_that_passes_is_504_and_hurts_nobody_who_comes_after()
    {
        SuiteData.Path();
        using var hurried = new Client();
        hurried.Http.DefaultRequestHeaders.Add("X-Deadline-Ms", "1");
        object request = new { inputs = new[] { new { name = "input", datatype = "FP32", shape = new[] { 8, 3, 224, 224 }, data = new float[8 * 3 * 224 * 224] } } };
        for (var i = 0; i < 10; i++)
        {
            using var answer = await hurried.InferAsync(ModelFolder.Classifier, request);
            await answer.ShouldBeErrorAsync(HttpStatusCode.GatewayTimeout, "X-Deadline-Ms");
            await InferAsync(Request([1, 4], First));
        }
    }

    private async Task<JsonElement> InferAsync(object request)
    {
        using var answer = await client.InferAsync("report-scorer", request);
        return await answer.ShouldBeAsync(HttpStatusCode.OK);
    }

    private static object Request(int[] shape, float[] data) => new { inputs = Inputs(shape, data) };

    private static object Inputs(int[] shape, float[] data) => new[] { new { name = "rows", datatype = "FP32", shape, data } };

    private static IEnumerable<string?> Names(JsonElement answer) => answer.GetProperty("outputs").EnumerateArray().Select(output => output.GetProperty("name").GetString());
}
