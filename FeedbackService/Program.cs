using FeedbackService;
using FeedbackService.Feedback;
using FeedbackService.Observations;
using FeedbackService.Quality;
using MassTransit;
using ServiceDefaults;
using ServiceDefaults.Database;
using ServiceDefaults.Erasure;
using ServiceDefaults.Messaging;

var builder = WebApplication.CreateBuilder(args);
builder.AddServiceDefaults();
builder.AddDatabase<FeedbackDb>("feedback");
builder.AddMessaging(bus =>
{
    bus.AddConsumer<ObservePrediction, ObservePredictionDefinition>();
    bus.AddErasure<FeedbackDb>();
});
builder.Services.AddPersonalData<FeedbackOfSubject>();
builder.Services.AddPersonalData<ObservationsOfSubject>();
builder.Services.AddOptions<ObservationOptions>().BindConfiguration("Observations").ValidateDataAnnotations().ValidateOnStart();
builder.Services.AddSingleton<ObservationStore>();
builder.Services.AddHostedService<ObservationRetention>();
builder.Services.AddHttpClient<PredictionsClient>(client => client.Timeout = TimeSpan.FromSeconds(5));
builder.AddQuality();

var app = builder.Build();
app.UseServiceDefaults();
app.MapFeedback();
app.MapQuality();
app.MapPersonalDataExport();
app.Run();
