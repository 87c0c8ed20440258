using ServiceDefaults.Erasure;

namespace InferenceService.PersonalData;

internal static class PersonalDataExtensions
{
    /// <summary>In the order of erasing: what still works on new data first.</summary>
    public static void AddPersonalData(this WebApplicationBuilder builder)
    {
        builder.Services.AddPersonalData<TaskResultsOfSubject>();
        builder.Services.AddPersonalData<TasksOfSubject>();
        builder.Services.AddPersonalData<PendingImagesOfSubject>();
        builder.Services.AddPersonalData<PredictionsOfSubject>();
    }
}
