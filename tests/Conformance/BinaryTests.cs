using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using NUnit.Framework;

namespace Conformance;

/// <summary>The binary tensor extension, and compression, which it goes together with.</summary>
[TestFixture]
public sealed class BinaryTests
{
    private static readonly float[] Row = [0, 120, 2.5f, 40];
    private static readonly byte[] JsonRequest = JsonSerializer.SerializeToUtf8Bytes(
        new { inputs = new[] { new { name = "rows", datatype = "FP32", shape = new[] { 1, 4 }, data = Row } } });

    private readonly Client client = new();

    [OneTimeTearDown]
    public void Release() => client.Dispose();

    [Test]
    public async Task Tensors_as_bytes_give_the_reference_outputs_in_the_batchs_order()
    {
        byte[] batch = [.. Golden.Bytes("imagenet1.torch.in"), .. Golden.Bytes("imagenet2.torch.in"), .. Golden.Bytes("imagenet3.torch.in"), .. Golden.Bytes("imagenet1.torch.in"), .. Golden.Bytes("imagenet2.torch.in")];
        using var answer = await client.InferBinaryAsync(ModelFolder.Classifier, Request("input", [5, 3, 224, 224], batch.Length, allBinary: true), batch);
        var (json, tensors) = await answer.ReadBinaryAsync();

        Assert.That(answer.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/octet-stream"));
        Assert.That(json.Output("output").Shape(), Is.EqualTo(new[] { 5, 1000 }));
        Assert.That(json.Output("output").TryGetProperty("data", out _), Is.False);
        var rows = tensors["output"].Floats();
        for (var i = 0; i < 5; i++)
            rows.AsSpan(i * 1000, 1000).ToArray().ShouldEqual($"imagenet{(i % 3) + 1}.mnv2_fp32.out.output");
    }

    [Test]
    public async Task Outputs_can_be_bytes_one_by_one_and_follow_in_the_order_of_the_JSON()
    {
        var input = Golden.Bytes("rfb320.in");
        object request = new
        {
            inputs = new[] { new { name = "input", datatype = "FP32", shape = new[] { 1, 3, 240, 320 }, parameters = new { binary_data_size = input.Length } } },
            parameters = new { binary_data_output = true },
            outputs = new object[] { new { name = "boxes" }, new { name = "scores", parameters = new { binary_data = false } } },
        };
        using var answer = await client.InferBinaryAsync(ModelFolder.Detector, request, input);
        var (json, tensors) = await answer.ReadBinaryAsync();
        tensors["boxes"].Floats().ShouldEqual("rfb320.out.boxes");
        json.Output("scores").Data().ShouldEqual("rfb320.out.scores");
    }

    [Test]
    public async Task The_same_numbers_come_back_exactly_in_JSON_and_as_bytes()
    {
        using var asJson = await client.Http.PostAsync("/v2/models/report-scorer/infer", new ByteArrayContent(JsonRequest));
        using var asBytes = await client.InferBinaryAsync("report-scorer", Request("rows", [1, 4], 16, allBinary: true), Row.Bytes());
        var (_, tensors) = await asBytes.ReadBinaryAsync();
        Assert.That((await asJson.ShouldBeAsync(HttpStatusCode.OK)).Output("score").Data(), Is.EqualTo(tensors["score"].Floats()));
    }

    [Test]
    public async Task A_raw_body_is_one_item_and_all_outputs_come_as_bytes()
    {
        using var answer = await client.InferBinaryAsync(ModelFolder.Detector, [], [Golden.Bytes("rfb320.in")], jsonLength: "0");
        var (_, tensors) = await answer.ReadBinaryAsync();
        tensors["scores"].Floats().ShouldEqual("rfb320.out.scores");
        tensors["boxes"].Floats().ShouldEqual("rfb320.out.boxes");

        using var row = await client.InferBinaryAsync("report-scorer", [], [Row.Bytes()], jsonLength: "0");
        Assert.That((await row.ReadBinaryAsync()).Json.Output("score").Shape(), Is.EqualTo(new[] { 1, 1 }));

        using var wrong = await client.InferBinaryAsync("report-scorer", [], [new byte[15]], jsonLength: "0");
        await wrong.ShouldBeErrorAsync(HttpStatusCode.BadRequest, "rows");
    }

    [TestCase(16, 12, "12 are left", TestName = "Fewer_bytes_than_announced_are_400")]
    [TestCase(16, 20, "belong to no input", TestName = "More_bytes_than_announced_are_400")]
    [TestCase(12, 12, "make 16", TestName = "A_size_that_is_not_the_shapes_is_400")]
    public async Task Wrong_sizes_are_400(int announced, int sent, string told)
    {
        using var answer = await client.InferBinaryAsync("report-scorer", Request("rows", [1, 4], announced), new byte[sent]);
        await answer.ShouldBeErrorAsync(HttpStatusCode.BadRequest, told);
    }

    [Test]
    public async Task NaN_is_400_and_names_tensor_and_place_unless_the_package_takes_it()
    {
        var pixels = new float[3 * 128 * 128];
        pixels[77] = float.NaN;
        using var image = await client.InferBinaryAsync("mask-detector", Request("input", [1, 3, 128, 128], pixels.Length * 4), pixels.Bytes());
        await image.ShouldBeErrorAsync(HttpStatusCode.BadRequest, "'input' has a value at 77");

        using var row = await client.InferBinaryAsync("report-scorer", Request("rows", [1, 4], 16), new[] { 0, float.NaN, 2.5f, 40 }.Bytes());
        Assert.That((await row.ShouldBeAsync(HttpStatusCode.OK)).Output("score").Data()[0], Is.InRange(0, 1), "in a row NaN is a missing value");
    }

    [TestCase("gzip")]
    [TestCase("deflate")]
    public async Task A_packed_request_is_unpacked(string encoding)
    {
        using var answer = await PostPackedAsync(Pack(JsonRequest, encoding), encoding);
        await answer.ShouldBeAsync(HttpStatusCode.OK);
    }

    [Test]
    public async Task A_packed_body_that_is_no_gzip_is_400()
    {
        using var answer = await PostPackedAsync(JsonRequest, "gzip");
        await answer.ShouldBeErrorAsync(HttpStatusCode.BadRequest, "gzip");
        using var cut = await PostPackedAsync(Pack(JsonRequest, "gzip")[..^12], "gzip");
        await cut.ShouldBeErrorAsync(HttpStatusCode.BadRequest);
    }

    [Test]
    public async Task A_small_body_that_unpacks_to_a_huge_one_is_413()
    {
        var bomb = Pack(new byte[80 << 20], "gzip");
        Assert.That(bomb, Has.Length.LessThan(1 << 20));
        using var answer = await PostPackedAsync(bomb, "gzip");
        await answer.ShouldBeErrorAsync(HttpStatusCode.RequestEntityTooLarge, "unpacked");
    }

    [Test]
    public async Task An_answer_is_packed_for_who_asks()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/models/report-scorer/infer") { Content = new ByteArrayContent(JsonRequest) };
        request.Headers.Add("Accept-Encoding", "gzip");
        using var answer = await client.Http.SendAsync(request);
        Assert.That(answer.Content.Headers.ContentEncoding, Is.EqualTo(new[] { "gzip" }));
        await using var unpacked = new GZipStream(await answer.Content.ReadAsStreamAsync(), CompressionMode.Decompress);
        using var json = await JsonDocument.ParseAsync(unpacked);
        Assert.That(json.RootElement.Output("score").Shape(), Is.EqualTo(new[] { 1, 1 }));
    }

    private Task<HttpResponseMessage> PostPackedAsync(byte[] body, string encoding)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentEncoding.Add(encoding);
        return client.Http.PostAsync("/v2/models/report-scorer/infer", content);
    }

    private static byte[] Pack(byte[] body, string encoding)
    {
        using var packed = new MemoryStream();
        using (Stream stream = encoding == "gzip" ? new GZipStream(packed, CompressionLevel.Fastest) : new ZLibStream(packed, CompressionLevel.Fastest))
            stream.Write(body);
        return packed.ToArray();
    }

    private static object Request(string name, int[] shape, int size, bool allBinary = false) => new
    {
        inputs = new[] { new { name, datatype = "FP32", shape, parameters = new { binary_data_size = size } } },
        parameters = new { binary_data_output = allBinary },
    };
}
