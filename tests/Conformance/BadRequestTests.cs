using System.Net;
using System.Text;
using NUnit.Framework;

namespace Conformance;

/// <summary>What a request can get wrong, and how each is told. <c>rows</c> is the only input of report-scorer, [-1,4] FP32.</summary>
[TestFixture]
public sealed class BadRequestTests
{
    private const string Data = "\"data\": [1, 2, 3, 4]";
    private readonly Client client = new();

    [OneTimeTearDown]
    public void Release() => client.Dispose();

    [TestCase("", "JSON", TestName = "An_empty_body_is_400")]
    [TestCase("[]", "body", TestName = "A_body_that_is_no_object_is_400")]
    [TestCase("{\"inputs\": [", "JSON", TestName = "JSON_that_is_cut_off_is_400")]
    [TestCase("{\"inputs\": []} x", "JSON", TestName = "Text_after_the_JSON_is_400")]
    [TestCase("{}", "rows", TestName = "Missing_inputs_are_400_and_named")]
    [TestCase("{\"inputs\": 5}", "inputs", TestName = "Inputs_that_are_no_array_are_400")]
    [TestCase("{\"id\": 42, \"inputs\": []}", "id", TestName = "An_id_that_is_no_string_is_400")]
    [TestCase("{\"id\": \"\\ud800\", \"inputs\": []}", "id", TestName = "An_id_of_half_a_character_is_400")]
    public Task A_malformed_request_is_400(string body, string named) => Assert_that_it_is_refused(body, HttpStatusCode.BadRequest, named);

    [TestCase("\"shape\": [1, 4], \"datatype\": \"FP32\", " + Data, "inputs[0]", TestName = "An_input_without_name_is_400")]
    [TestCase("\"name\": \"other\", \"shape\": [1, 4], \"datatype\": \"FP32\", " + Data, "other", TestName = "An_input_that_the_model_lacks_is_400_and_named")]
    [TestCase("\"name\": \"rows\", \"datatype\": \"FP32\", " + Data, "shape", TestName = "An_input_without_shape_is_400")]
    [TestCase("\"name\": \"rows\", \"shape\": [1, 4], " + Data, "FP32", TestName = "An_input_without_datatype_is_400")]
    [TestCase("\"name\": \"rows\", \"shape\": [1, 4], \"datatype\": \"FP64\", " + Data, "rows", TestName = "Another_datatype_than_the_models_is_400_and_named")]
    [TestCase("\"name\": \"rows\", \"shape\": [1, 4], \"datatype\": \"FLOAT\", " + Data, "rows", TestName = "A_datatype_that_does_not_exist_is_400")]
    [TestCase("\"name\": \"rows\", \"shape\": [1, 5], \"datatype\": \"FP32\", \"data\": [1, 2, 3, 4, 5]", "[-1,4]", TestName = "Another_shape_than_the_models_is_400_and_says_which")]
    [TestCase("\"name\": \"rows\", \"shape\": [4], \"datatype\": \"FP32\", " + Data, "[-1,4]", TestName = "Another_rank_than_the_models_is_400")]
    [TestCase("\"name\": \"rows\", \"shape\": [0, 4], \"datatype\": \"FP32\", \"data\": []", "rows", TestName = "A_batch_of_none_is_400")]
    [TestCase("\"name\": \"rows\", \"shape\": [-1, 4], \"datatype\": \"FP32\", " + Data, "shape", TestName = "A_negative_side_is_400")]
    [TestCase("\"name\": \"rows\", \"shape\": [1.5, 4], \"datatype\": \"FP32\", " + Data, "shape", TestName = "Half_a_side_is_400")]
    [TestCase("\"name\": \"rows\", \"shape\": [1, 4], \"datatype\": \"FP32\", \"data\": [1, 2, 3]", "rows", TestName = "Too_few_values_are_400")]
    [TestCase("\"name\": \"rows\", \"shape\": [1, 4], \"datatype\": \"FP32\", \"data\": [1, 2, 3, 4, 5]", "rows", TestName = "Too_many_values_are_400")]
    [TestCase("\"name\": \"rows\", \"shape\": [2, 4], \"datatype\": \"FP32\", \"data\": [[1, 2, 3, 4, 5], [6, 7, 8]]", "nested", TestName = "Ragged_data_are_400")]
    [TestCase("\"name\": \"rows\", \"shape\": [1, 4], \"datatype\": \"FP32\", \"data\": [1, 2, \"3\", 4]", "at 2", TestName = "Text_among_numbers_is_400_and_says_where")]
    [TestCase("\"name\": \"rows\", \"shape\": [1, 4], \"datatype\": \"FP32\", \"data\": [1, 2, 3, null]", "at 3", TestName = "Null_is_no_number")]
    [TestCase("\"name\": \"rows\", \"shape\": [1, 4], \"datatype\": \"FP32\", \"data\": [1, 1e39, 3, 4]", "at 1", TestName = "A_number_too_large_for_the_datatype_is_400")]
    [TestCase("\"name\": \"rows\", \"shape\": [1, 4], \"datatype\": \"FP32\", \"data\": [1, NaN, 3, 4]", "JSON", TestName = "NaN_is_no_JSON")]
    [TestCase("\"name\": \"rows\", \"shape\": [1, 4], \"datatype\": \"FP32\"", "rows", TestName = "An_input_without_data_is_400")]
    [TestCase("\"name\": \"rows\", \"shape\": [1, 4], \"datatype\": \"FP32\", \"parameters\": {\"binary_data_size\": 16}", "Inference-Header-Content-Length", TestName = "Binary_data_without_the_header_are_400")]
    [TestCase("\"name\": \"rows\", \"shape\": [900, 4], \"datatype\": \"FP32\", \"data\": [1]", "rows", TestName = "A_shape_larger_than_its_data_gets_no_memory")]
    public Task A_bad_input_is_400(string input, string named) => Assert_that_it_is_refused($"{{\"inputs\": [{{{input}}}]}}", HttpStatusCode.BadRequest, named);

    [TestCase("\"outputs\": [{\"name\": \"other\"}]", "other", TestName = "An_output_that_the_model_lacks_is_400_and_named")]
    [TestCase("\"outputs\": [{\"name\": \"score\"}, {\"name\": \"score\"}]", "twice", TestName = "An_output_asked_for_twice_is_400")]
    [TestCase("\"outputs\": [{}]", "outputs[0]", TestName = "An_output_without_name_is_400")]
    [TestCase("\"outputs\": [{\"name\": \"score\", \"parameters\": {\"binary_data\": 1}}]", "binary_data", TestName = "A_mistyped_parameter_is_400_and_named")]
    [TestCase("\"outputs\": [{\"name\": \"score\", \"parameters\": {\"classification\": 0}}]", "classification", TestName = "No_classes_are_400")]
    public Task A_bad_output_is_400(string outputs, string named) => Assert_that_it_is_refused(
        $$"""{"inputs": [{"name": "rows", "shape": [1, 4], "datatype": "FP32", {{Data}}}], {{outputs}}}""", HttpStatusCode.BadRequest, named);

    [Test]
    public Task BYTES_is_501() => Assert_that_it_is_refused(
        """{"inputs": [{"name": "rows", "shape": [1, 4], "datatype": "BYTES", "data": ["a", "b", "c", "d"]}]}""", HttpStatusCode.NotImplemented, "rows");

    [Test]
    public Task A_batch_beyond_the_limit_is_413() => Assert_that_it_is_refused(
        """{"inputs": [{"name": "rows", "shape": [1001, 4], "datatype": "FP32", "data": []}]}""", HttpStatusCode.RequestEntityTooLarge, "1000");

    [Test]
    public async Task An_unknown_model_or_version_is_404()
    {
        using var model = await client.InferTextAsync("no-such-model", "{}");
        await model.ShouldBeErrorAsync(HttpStatusCode.NotFound, "no-such-model");
        using var version = await client.Http.PostAsync("/v2/models/report-scorer/versions/77/infer", new StringContent("{}"));
        await version.ShouldBeErrorAsync(HttpStatusCode.NotFound, "77");
    }

    [TestCase("soon")]
    [TestCase("-1")]
    [TestCase("17")]
    public async Task A_header_that_is_no_length_of_the_body_is_400(string length)
    {
        using var answer = await client.InferBinaryAsync("report-scorer", Encoding.UTF8.GetBytes("{\"inputs\": []}"), [], length);
        await answer.ShouldBeErrorAsync(HttpStatusCode.BadRequest, Client.JsonLength);
    }

    private async Task Assert_that_it_is_refused(string body, HttpStatusCode status, string named)
    {
        using var answer = await client.InferTextAsync("report-scorer", body);
        await answer.ShouldBeErrorAsync(status, named);
    }
}
