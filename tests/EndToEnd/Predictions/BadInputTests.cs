using System.Net;
using System.Text;
using NUnit.Framework;
using TestSupport;

namespace EndToEnd.Predictions;

/// <summary>Bad input is an answer: its code, the field to blame, and nothing recorded or stored.</summary>
[TestFixture]
public sealed class BadInputTests
{
    private Caller caller = null!;

    [OneTimeSetUp]
    public async Task Register() => caller = await Caller.RegisteredAsync();

    [OneTimeTearDown]
    public async Task Nothing_was_recorded()
    {
        using var list = await caller.Http.GetAsync("/v1/predictions");
        Assert.That((await list.ReadJsonAsync()).GetProperty("items").GetArrayLength(), Is.Zero);
        caller.Dispose();
    }

    [Test]
    public async Task Not_an_image()
    {
        using var answer = await caller.PostImageAsync("just text"u8.ToArray());
        await answer.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, "file", "undecodable-image");
    }

    [Test]
    public async Task A_truncated_image()
    {
        using var answer = await caller.PostImageAsync(TestImages.Png(300, 200)[..^200]);
        await answer.ShouldBeProblemAsync(HttpStatusCode.UnprocessableEntity, "file", "undecodable-image");
    }

    [Test]
    public async Task An_empty_file()
    {
        using var answer = await caller.PostImageAsync([]);
        await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "file");
    }

    [Test]
    public async Task A_form_without_files()
    {
        using var form = new MultipartFormDataContent { { new StringContent("hello"), "note" } };
        using var answer = await caller.Http.PostAsync("/v1/models/mask-detector/predict", form);
        await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "file");
    }

    [Test]
    public async Task A_file_under_another_name()
    {
        using var answer = await caller.PostFilesAsync("/v1/models/mask-detector/predict", "picture", TestImages.Png());
        await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "picture");
    }

    [Test]
    public async Task Forty_megabytes()
    {
        using var answer = await caller.PostImageAsync(new byte[40_000_000]);
        await answer.ShouldBeProblemAsync(HttpStatusCode.RequestEntityTooLarge);
    }

    [Test]
    public async Task Another_content_type()
    {
        using var answer = await caller.Http.PostAsync("/v1/models/mask-detector/predict", new StringContent("<a/>", Encoding.UTF8, "application/xml"));
        await answer.ShouldBeProblemAsync(HttpStatusCode.UnsupportedMediaType, "Content-Type");
    }

    [Test]
    public async Task A_file_part_of_another_type()
    {
        using var form = Caller.Form("file", [TestImages.Png()], contentType: "text/plain");
        using var answer = await caller.Http.PostAsync("/v1/models/mask-detector/predict", form);
        await answer.ShouldBeProblemAsync(HttpStatusCode.UnsupportedMediaType, "file");
    }

    [Test]
    public async Task Rows_for_a_model_that_takes_images()
    {
        using var answer = await caller.PostJsonAsync("/v1/models/mask-detector/predict", """{"rows": [{}]}""");
        await answer.ShouldBeProblemAsync(HttpStatusCode.UnsupportedMediaType, "Content-Type");
    }

    [Test]
    public async Task An_unknown_model()
    {
        using var answer = await caller.PostImageAsync(TestImages.Png(), model: "no-such-model");
        await answer.ShouldBeProblemAsync(HttpStatusCode.NotFound, "model", "unknown-model");
    }

    [Test]
    public async Task An_unknown_version()
    {
        using var answer = await caller.PostFilesAsync("/v1/models/mask-detector/predict?version=77", "file", TestImages.Png());
        await answer.ShouldBeProblemAsync(HttpStatusCode.NotFound, "version", "unknown-version");
    }

    [Test]
    public async Task A_top_of_zero()
    {
        using var answer = await caller.PostFilesAsync("/v1/models/mask-detector/predict?top=0", "file", TestImages.Png());
        await answer.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "top");
    }

    [Test]
    public async Task A_png_that_claims_to_be_enormous()
    {
        var image = TestImages.Png();
        image[16] = 0x7F; // the width's first byte
        using var answer = await caller.PostImageAsync(image);
        await answer.ShouldBeProblemAsync(HttpStatusCode.RequestEntityTooLarge, "file");
    }

    [TestCase("not.a.token")]
    [TestCase("eyJhbGciOiJub25lIiwidHlwIjoiSldUIiwia2lkIjoieCJ9.eyJzdWIiOiJhZG1pbiJ9.")]
    public async Task A_bad_token_even_where_guests_are_admitted(string token)
    {
        using var forger = Caller.WithBearer(token);
        using var answer = await forger.PostImageAsync(TestImages.Png());
        await answer.ShouldBeProblemAsync(HttpStatusCode.Unauthorized);
    }

    [Test]
    public async Task A_made_up_key()
    {
        using var forger = Caller.WithKey("isk_" + new string('a', 43));
        using var answer = await forger.PostImageAsync(TestImages.Png());
        await answer.ShouldBeProblemAsync(HttpStatusCode.Unauthorized);
    }
}
